namespace Scheduling.Quotas;

/// <content>I3, from scratch.</content>
public sealed partial class QuotaTree
{
    /// <summary>Adds all live charges up anew and compares with every level's counters (I3).</summary>
    /// <exception cref="InvariantViolationException">A counter is wrong, negative or above its limit, or more is borrowed than is left idle.</exception>
    public void CheckInvariants()
    {
        var sums = new Dictionary<(string Path, string Resource), long>();
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var charge in _charges.Values)
        {
            for (Model.QuotaPath? path = charge.Path; path is { } p; path = p.Parent)
            {
                counts[p.Value] = counts.GetValueOrDefault(p.Value) + 1;
                foreach (var (resource, amount) in charge.Amounts)
                {
                    Invariant.Holds(amount >= 0, "I3", $"{charge.Attempt} is charged {amount} of {resource}");
                    sums[(p.Value, resource)] = checked(sums.GetValueOrDefault((p.Value, resource)) + amount);
                }
            }
        }

        foreach (var level in _levels.Values)
        {
            Invariant.Holds(level.Charges == counts.GetValueOrDefault(level.Path.Value), "I3", $"{level.Path}: {level.Charges} charges counted");
            foreach (var (resource, account) in level.Accounts)
                Invariant.Holds(account.Used == sums.GetValueOrDefault((level.Path.Value, resource)), "I3", $"{level.Path}: {account.Used} of {resource} counted");
            CheckCaps(level);
            CheckKept(level);
            Invariant.Holds(Broken(level) is null, "I3", $"{Broken(level)}");
        }

        foreach (var ((path, resource), sum) in sums)
            Invariant.Holds(_levels[path].UsedOf(resource) == sum, "I3", $"{path}: {sum} of {resource} charged, not counted");
        foreach (var resource in _root.Bounded)
            CheckLending(_root, resource);
    }

    private void CheckKept(QuotaLevel level)
    {
        var kept = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var mark in _earmarks.All)
        {
            if (mark.Level != level && !mark.Level.Path.Value.StartsWith(level.Path.Value + "/", StringComparison.Ordinal))
                continue;
            foreach (var (resource, amount) in mark.Amounts)
                kept[resource] = kept.GetValueOrDefault(resource) + amount;
        }

        foreach (var resource in level.Accounts.Select(a => a.Key).Concat(kept.Keys))
            Invariant.Holds(level.AccountOf(resource).Kept == kept.GetValueOrDefault(resource), "I3", $"{level.Path}: {level.AccountOf(resource).Kept} of {resource} kept");
    }

    private void CheckCaps(QuotaLevel level)
    {
        if (level.Caps is not { } caps)
            return;
        Recount(level);
        var anew = level.Caps!;
        level.Caps = caps;
        Invariant.Holds(anew.Text() == caps.Text(), "I3", $"{level.Path}: caps count {caps.Text()} where {anew.Text()} is charged");
        Invariant.Holds(caps.Broken() is null, "I3", $"{level.Path}: {caps.Broken()}");
    }

    /// <summary>
    /// What children use above what they are owed is what their siblings leave idle and lend, what the level itself is owed beyond what it
    /// has divided, and what the level borrows in turn: no more. Answers what the level uses, its children's reserves included.
    /// </summary>
    private static long CheckLending(QuotaLevel level, string resource)
    {
        var (borrowed, idle, owed, direct) = (0L, 0L, 0L, level.UsedOf(resource));
        foreach (var child in level.Children)
        {
            var used = CheckLending(child, resource);
            var bounds = child.BoundsOf(resource);
            direct -= child.UsedOf(resource);
            owed += bounds.Capacity ?? 0;
            borrowed += Math.Max(0, used - (bounds.Capacity ?? 0));
            idle += Math.Max(0, (bounds.Capacity ?? 0) - Math.Max(used, bounds.Reserve));
        }

        var own = level.BoundsOf(resource);
        var all = direct + borrowed - idle + owed;
        Invariant.Holds(direct >= 0, "I3", $"{level.Path}: those below use {-direct} of {resource} more than is counted");
        Invariant.Holds(
            all == level.AccountOf(resource).Claim + own.Inner, "I3",
            $"{level.Path}: {all} of {resource} is used or kept below, and {level.AccountOf(resource).Claim} with {own.Inner} is counted");
        Invariant.Holds(
            level.Parent is not null || own.Capacity is not { } capacity || direct + borrowed <= idle + capacity - owed, "I3",
            $"{level.Path}: {direct + borrowed} of {resource} is borrowed and {idle + own.Capacity - owed} left idle");
        return all;
    }
}
