using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <content>What a charge would meet: asked before anybody is made to leave for it.</content>
public sealed partial class QuotaTree
{
    /// <summary>What the tree would say to this charge now, and with these attempts' charges gone. Nothing of it changes.</summary>
    public ChargeOutlook Foresee(QuotaCharge charge, ImmutableArray<AttemptId> without, DateTimeOffset now)
    {
        var present = RefusalOf(charge, now);
        var borrows = present is not { Owed: true } && WouldBorrow(charge);
        if (without.IsEmpty)
            return new ChargeOutlook { Now = present, Then = present, Borrows = borrows };

        var lifted = new List<QuotaCharge>();
        var clocks = new Dictionary<QuotaLevel, GpuClockState?>();
        try
        {
            foreach (var attempt in without)
            {
                if (attempt == charge.Attempt || !_charges.TryGetValue(attempt, out var gone))
                    continue;
                Remember(gone.Path, clocks);
                Remove(attempt, now);
                lifted.Add(gone);
            }

            return new ChargeOutlook { Now = present, Then = RefusalOf(charge, now), Borrows = borrows };
        }
        finally
        {
            foreach (var gone in lifted)
                Add(gone, now);

            // Time that was counted here is in no entry: read back, the journal would give another tree.
            foreach (var (level, clock) in clocks)
                level.Clock.Restore(clock);
        }
    }

    /// <summary>
    /// What the tree would say to these charges one after the other, each beside those before it that it would grant, or that are promised: null where it would grant it.
    /// Nothing of it changes.
    /// </summary>
    public ImmutableArray<QuotaRefusal?> ForeseeEach(IReadOnlyList<ForeseenCharge> charges, DateTimeOffset now)
    {
        var refusals = ImmutableArray.CreateBuilder<QuotaRefusal?>(charges.Count);
        var clocks = new Dictionary<QuotaLevel, GpuClockState?>();
        var granted = new List<AttemptId>();
        try
        {
            foreach (var (charge, isPromised) in charges)
            {
                var refusal = RefusalOf(charge, now);
                refusals.Add(refusal);
                if ((refusal is null || isPromised) && !_charges.ContainsKey(charge.Attempt))
                {
                    // A level that is not there yet has no limits, and must not come to be by a question.
                    var beside = charge with { Path = Deepest(charge.Path).Path };
                    Remember(beside.Path, clocks);
                    Add(beside, now);
                    granted.Add(charge.Attempt);
                }
            }

            return refusals.MoveToImmutable();
        }
        finally
        {
            foreach (var attempt in granted)
                Remove(attempt, now);
            foreach (var (level, clock) in clocks)
                level.Clock.Restore(clock);
        }
    }

    private void Remember(QuotaPath path, Dictionary<QuotaLevel, GpuClockState?> clocks)
    {
        for (var level = LevelOf(path); level is not null; level = level.Parent)
            clocks.TryAdd(level, level.Clock.ToState());
    }

    private QuotaRefusal? RefusalOf(QuotaCharge charge, DateTimeOffset now) => (DecideCharge(charge, now) as ChargeDecision.Refuse)?.Refusal;

    /// <summary>See <see cref="IsBorrowing"/>: the same, with this charge beside the others.</summary>
    private bool WouldBorrow(QuotaCharge charge)
    {
        if (_charges.ContainsKey(charge.Attempt))
            return IsBorrowing(charge.Attempt);
        var lowest = Deepest(charge.Path);
        foreach (var (resource, amount) in charge.Amounts)
        {
            if (amount <= 0)
                continue;

            // A level that is not there yet is owed nothing, beside siblings that are.
            if (lowest.Path != charge.Path && lowest.BoundsOf(resource).Divides)
                return true;
            if (WouldBorrow(lowest, resource, amount))
                return true;
        }

        return false;
    }

    private static bool WouldBorrow(QuotaLevel leaf, string resource, long more)
    {
        for (var level = leaf; level.Parent is { } parent; level = parent)
        {
            var (claim, bounds) = (level.AccountOf(resource).Claim, level.BoundsOf(resource));
            if (parent.BoundsOf(resource).Divides && bounds.Above(claim + more) > 0)
                return true;
            if (bounds.Capacity is not null)
                return false;
            more = bounds.Passed(claim + more) - bounds.Passed(claim);
        }

        return false;
    }
}
