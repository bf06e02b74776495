using Scheduling.Model;

namespace Scheduling.Quotas;

/// <content>Who borrows, and what is kept for owners who want it back.</content>
public sealed partial class QuotaTree
{
    private readonly Earmarks _earmarks = new();

    /// <summary>When the first earmark's lease ends; null when there is none.</summary>
    public DateTimeOffset? NextEarmarkEnd => _earmarks.NextEnd;

    public int EarmarkCount => _earmarks.Count;

    /// <summary>
    /// Its owner was refused what it is owed: whatever borrowers give back from now on is kept for it until then, by everybody else's charges
    /// being refused as if it were used. Again for the same attempt: the lease is renewed. False when there are too many.
    /// </summary>
    public bool Earmark(QuotaCharge charge, DateTimeOffset until)
    {
        CallOff(charge.Attempt);
        if (_earmarks.Count >= Earmarks.Max || !Guards.Hold(Guard.Earmark))
            return false;
        var mark = new Earmark(charge.Attempt, charge.Path, Deepest(charge.Path), charge.Amounts, until);
        _earmarks.Add(mark);
        Keep(mark, 1);
        return true;
    }

    /// <summary>Its owner does not want it any more. The path where room appeared; null when nothing was kept.</summary>
    public QuotaPath? CallOff(AttemptId attempt)
    {
        if (_earmarks.Remove(attempt) is not { } mark)
            return null;
        Keep(mark, -1);
        return mark.Path;
    }

    /// <summary>Ends the earmarks whose lease is over. The paths where room appeared.</summary>
    public IReadOnlyList<QuotaPath> EndEarmarks(DateTimeOffset now)
    {
        var ended = _earmarks.Ended(now);
        if (ended.Count == 0)
            return [];
        foreach (var mark in ended)
            CallOff(mark.Attempt);
        return [.. ended.Select(m => m.Path)];
    }

    /// <summary>
    /// The attempt uses what others are owed: it may be asked to give back. So it is when some level of its path uses more than it is owed
    /// beside siblings that are owed something, and no level between that one and the charge is within what is owed to it.
    /// </summary>
    public bool IsBorrowing(AttemptId attempt)
    {
        if (!_charges.TryGetValue(attempt, out var charge))
            return false;
        foreach (var (resource, amount) in charge.Amounts)
        {
            if (amount > 0 && Borrows(LevelOf(charge.Path), resource))
                return true;
        }

        return false;
    }

    private static bool Borrows(QuotaLevel leaf, string resource)
    {
        for (var level = leaf; level.Parent is not null; level = level.Parent)
        {
            if (level.Borrowed(resource) > 0)
                return true;
            if (level.BoundsOf(resource).Capacity is not null)
                return false;
        }

        return false;
    }

    private void Keep(Earmark mark, int sign)
    {
        foreach (var (resource, amount) in mark.Amounts)
        {
            var held = sign * amount;
            for (QuotaLevel? level = mark.Level; level is not null && amount != 0; level = level.Parent)
                (_, held) = level.Add(resource, 0, sign * amount, 0, held);
        }
    }
}
