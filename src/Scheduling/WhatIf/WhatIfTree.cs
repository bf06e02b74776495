using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Scheduling.WhatIf;

/// <summary>One quota tree as its grain leads it: who is refused what he is owed has it kept, leases end, and budgets begin anew.</summary>
internal sealed class WhatIfTree(QuotaTree tree, TimeSpan lease)
{
    private readonly Dictionary<QuotaPath, DateTimeOffset> _resets = [];
    private readonly List<WhatIfCut> _cuts = [];

    public QuotaTree Tree => tree;

    /// <summary>Time alone will give room here.</summary>
    public bool WaitsForTime => tree.EarmarkCount > 0 || _resets.Count > 0;

    public QuotaRefusal? Charge(QuotaCharge charge, DateTimeOffset now, HashSet<QuotaPath> freed)
    {
        switch (tree.DecideCharge(charge, now))
        {
            case ChargeDecision.Change change:
                tree.Apply(change.Entry);
                return null;
            case ChargeDecision.Refuse { Refusal: var refusal }:
                Note(charge, refusal, now, freed);
                return refusal;
            default:
                return null;
        }
    }

    public void Refund(PlanRef plan, DateTimeOffset now, HashSet<QuotaPath> freed)
    {
        if (tree.Find(plan.Attempt) is not { } charge || tree.DecideRefund(plan, now) is not { } entry)
        {
            return;
        }

        tree.Apply(entry);
        AddLevels(charge.Path, freed);
        Cut(now);
    }

    public void CallOff(AttemptId attempt, HashSet<QuotaPath> freed) => AddLevels(tree.CallOff(attempt), freed);

    public ChargeOutlook Foresee(QuotaCharge charge, ImmutableArray<AttemptId> without, bool keep, DateTimeOffset now)
    {
        var outlook = tree.Foresee(charge, without, now);
        if (keep && outlook is { Now: not null, Then: null })
        {
            tree.Earmark(charge, now + lease);
        }

        return outlook;
    }

    /// <summary>Leases that are over and budgets that begin anew.</summary>
    public void PassTime(DateTimeOffset now, HashSet<QuotaPath> freed)
    {
        foreach (var path in tree.EndEarmarks(now))
        {
            AddLevels(path, freed);
        }

        foreach (var (path, _) in _resets.Where(r => r.Value <= now).ToList())
        {
            _resets.Remove(path);
            freed.Add(path);
        }
    }

    /// <summary>From now on this level is to have these settings; as far as what is in use allows, and the rest as it is given back.</summary>
    public void Set(QuotaPath path, QuotaSpec spec, DateTimeOffset now)
    {
        _cuts.RemoveAll(c => c.Path == path);
        _cuts.Add(new WhatIfCut(path, spec));
        Cut(now);
    }

    private void Cut(DateTimeOffset now)
    {
        for (var i = _cuts.Count - 1; i >= 0; i--)
        {
            var (path, wanted) = _cuts[i];
            if (TrySet(path, wanted, now))
            {
                _cuts.RemoveAt(i);
            }
            else
            {
                TrySet(path, WithinReach(path, wanted, now), now);
            }
        }
    }

    private bool TrySet(QuotaPath path, QuotaSpec spec, DateTimeOffset now)
    {
        switch (tree.DecideSpec(path, spec, tree.Version, now))
        {
            case SpecDecision.Change change:
                tree.Apply(change.Entry);
                return true;
            case SpecDecision.Nothing:
                return true;
            default:
                return false;
        }
    }

    /// <summary>The nearest that is not below what is in use.</summary>
    private QuotaSpec WithinReach(QuotaPath path, QuotaSpec wanted, DateTimeOffset now)
    {
        var used = tree.View(path, p => p == path, now)?.Levels is [var level, ..] ? level.Used : [];
        ImmutableArray<ResourceAmount> AtLeastUsed(ImmutableArray<ResourceAmount> amounts) =>
            [.. amounts.Select(a => a with { Amount = Math.Max(a.Amount, QuotaBounds.AmountOf(used, a.Resource) ?? 0) })];
        return wanted with { Nominal = AtLeastUsed(wanted.Nominal), Limit = AtLeastUsed(wanted.Limit) };
    }

    private void Note(QuotaCharge charge, QuotaRefusal refusal, DateTimeOffset now, HashSet<QuotaPath> freed)
    {
        if (refusal.Owed)
        {
            tree.Earmark(charge, now + lease);
        }
        else
        {
            AddLevels(tree.CallOff(charge.Attempt), freed);
        }

        if (refusal is { Problem: null, ResetsAt: { } at })
        {
            _resets[refusal.Path] = at;
        }
    }

    private static void AddLevels(QuotaPath? path, HashSet<QuotaPath> levels)
    {
        for (; path is { } level; path = level.Parent)
        {
            levels.Add(level);
        }
    }

    /// <summary>Settings that are wanted and not reached yet.</summary>
    private readonly record struct WhatIfCut(QuotaPath Path, QuotaSpec Spec);
}
