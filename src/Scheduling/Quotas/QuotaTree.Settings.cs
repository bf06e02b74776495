using Scheduling.Model;

namespace Scheduling.Quotas;

/// <content>What may be set, and what it does to all levels.</content>
public sealed partial class QuotaTree
{
    /// <summary>
    /// Settings of one level. What would break at once what settings promise is refused: a limit, cap or capacity below what is in use,
    /// and children that keep for themselves more than there is. A limit may be above the parent's: then the parent's binds.
    /// </summary>
    public SpecDecision DecideSpec(QuotaPath path, QuotaSpec spec, long ifVersion, DateTimeOffset now)
    {
        if (QuotaRules.RefusesPath(path, _cohort) is { } badPath)
            return new SpecDecision.Refuse(badPath);
        if (QuotaRules.RefusesSpec(spec) is { } badSpec)
            return new SpecDecision.Refuse($"{path}: {badSpec}");
        if (path.Parent is null && !(spec.BorrowingLimit.IsEmpty && spec.LendingLimit.IsEmpty))
            return new SpecDecision.Refuse($"{path}: a cohort has no siblings to borrow from or lend to");
        if (ifVersion != Version)
            return new SpecDecision.WrongVersion(Version);
        if (_levels.TryGetValue(path.Value, out var level) && QuotaRules.IsSame(level.Spec, spec))
            return SpecDecision.Nothing.Instance;
        if (level is null && _levels.Count + QuotaRules.MaxDepth > MaxLevels)
            return new SpecDecision.Refuse($"the tree has its {MaxLevels} levels already");
        return Try(path, spec) is { } problem
            ? new SpecDecision.Refuse(problem)
            : new SpecDecision.Change(QuotaEntry.SpecSet(path, spec, now));
    }

    /// <summary>What is wrong with a tree that has these settings; null when nothing is. The tree is as it was afterwards.</summary>
    private string? Try(QuotaPath path, QuotaSpec spec)
    {
        var made = new List<string>();
        for (QuotaPath? at = path; at is { } p && !_levels.ContainsKey(p.Value); at = p.Parent)
            made.Add(p.Value);
        var level = LevelOf(path);
        var (before, caps) = (level.Spec, level.Caps);
        level.Spec = spec;
        Settle();
        var problem = _levels.Values.Select(Broken).FirstOrDefault(b => b is not null) ?? CapsBroken(level);
        level.Spec = before;
        level.Caps = caps;
        foreach (var name in made)
        {
            _levels.Remove(name, out var gone);
            gone!.Parent!.Children.Remove(gone);
        }

        Settle();
        return problem;
    }

    private void Set(QuotaPath path, QuotaSpec spec, DateTimeOffset now)
    {
        var level = LevelOf(path);
        level.Advance(now);
        level.Clock.Change(level.Spec.Budget, spec.Budget);
        level.Spec = spec;
        Recount(level);
        Settle();
        Version++;
    }

    private string? CapsBroken(QuotaLevel level)
    {
        Recount(level);
        return level.Caps?.Broken() is { } broken ? $"{level.Path}: {broken}; stop jobs first" : null;
    }

    /// <summary>What the level's settings cap, counted anew.</summary>
    private void Recount(QuotaLevel level)
    {
        level.Caps = QuotaCaps.For(level.Spec);
        if (level.Caps is null)
            return;
        var below = level.Path.Value + "/";
        foreach (var charge in _charges.Values)
        {
            if (charge.Path == level.Path || charge.Path.Value.StartsWith(below, StringComparison.Ordinal))
                level.Caps.Count(charge, 1);
        }
    }

    /// <summary>Bounds and claims of all levels anew, children before parents.</summary>
    private void Settle()
    {
        var levels = _levels.Values.OrderByDescending(l => l.Depth).ToList();
        foreach (var level in levels)
            level.SetBounds();
        foreach (var level in levels)
            level.SetClaims();
    }

    /// <summary>What this level's bounds promise and its usage breaks.</summary>
    private static string? Broken(QuotaLevel level)
    {
        foreach (var resource in level.Bounded)
        {
            var bounds = level.BoundsOf(resource);
            var account = level.AccountOf(resource);
            if (bounds.Limit is { } limit && account.Used > limit)
                return $"{level.Path}: {account.Used} of {resource} is in use, so the limit cannot be {limit}; stop jobs first";
            if (bounds.Capacity is { } capacity && bounds.Inner > capacity)
                return $"{level.Path}: those below it lend {bounds.Inner} of {resource} to nobody, so its nominal cannot be {capacity}";
            if (bounds.Ceiling is not { } ceiling || account.Claim + bounds.Inner <= ceiling)
                continue;
            var unlent = bounds.Inner > 0 ? $" or not lent ({bounds.Inner})" : "";
            return level.Parent is null
                ? $"{level.Path}: {account.Claim + bounds.Inner} of {resource} is in use{unlent}, so all there is to share cannot be {ceiling}; stop jobs first"
                : $"{level.Path}: {account.Claim + bounds.Inner} of {resource} is in use{unlent}, so nominal and borrowing limit cannot be {ceiling} together; stop jobs first";
        }

        return null;
    }
}
