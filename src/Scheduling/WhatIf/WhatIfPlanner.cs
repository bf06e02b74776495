using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Model;
using Scheduling.Order;
using Scheduling.Placement.Policies;
using Scheduling.Quotas;

namespace Scheduling.WhatIf;

/// <summary>Checks changes against a start and makes them, one after the other.</summary>
public sealed class WhatIfPlanner
{
    /// <summary>Changes of one question.</summary>
    public const int MaxChanges = 16;

    /// <summary>Nodes that may be added.</summary>
    public const int MaxNodes = 20_000;

    /// <summary>Names of nodes and racks in one change.</summary>
    public const int MaxNames = 1000;

    public const int MinPercent = -100;

    public const int MaxPercent = 1000;

    private readonly WhatIfStart _start;
    private readonly IReadOnlySet<JobId> _coming;
    private readonly Dictionary<string, QuotaTree> _trees = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<QuotaPath, QuotaSpec> _quotas = [];
    private readonly Dictionary<JobId, int> _priorities = [];
    private readonly Dictionary<RackId, ulong> _cordoned = [];
    private readonly Dictionary<RackId, ulong> _removed = [];
    private readonly List<RackView> _racks;
    private readonly List<WhatIfSubmission> _submissions = [];
    private readonly List<WhatIfProblem> _problems = [];
    private string? _order;
    private string? _placement;
    private int _added;

    private WhatIfPlanner(WhatIfStart start, WhatIfPast? past)
    {
        _start = start;
        _racks = [.. start.Racks];
        _coming = past is null ? new HashSet<JobId>() : past.Arrivals.Select(a => a.Attempt.Job).ToHashSet();
    }

    /// <param name="start">What the run starts from.</param>
    /// <param name="past">Whose jobs come in it; null: nobody's.</param>
    /// <param name="changes">What is to be otherwise.</param>
    public static WhatIfPlan Plan(WhatIfStart start, WhatIfPast? past, ImmutableArray<WhatIfChange> changes)
    {
        var planner = new WhatIfPlanner(start, past);
        if (changes.Length > MaxChanges)
        {
            return new WhatIfPlan.Refused([new WhatIfProblem { Change = MaxChanges, Member = "", Rule = $"at most {MaxChanges} changes may be asked about at once" }]);
        }

        for (var i = 0; i < changes.Length; i++)
        {
            planner.Make(i, changes[i]);
        }

        return planner._problems.Count > 0 ? new WhatIfPlan.Refused([.. planner._problems]) : new WhatIfPlan.Ready(planner.End());
    }

    private void Make(int at, WhatIfChange change)
    {
        switch (change)
        {
            case WhatIfChange.QuotaPercent quota:
                Scale(at, quota);
                break;
            case WhatIfChange.QuotaAmounts quota:
                SetAmounts(at, quota);
                break;
            case WhatIfChange.AddNodes add:
                Add(at, add);
                break;
            case WhatIfChange.TakeNodes take:
                Take(at, take);
                break;
            case WhatIfChange.SubmitJob submit:
                _submissions.Add(new WhatIfSubmission(at, submit.Spec, submit.RunsFor));
                break;
            case WhatIfChange.SetPriority priority:
                SetPriority(at, priority);
                break;
            case WhatIfChange.UsePolicy policy:
                Use(at, policy);
                break;
        }
    }

    private void Scale(int at, WhatIfChange.QuotaPercent change)
    {
        if (change.Percent is < MinPercent or > MaxPercent)
        {
            Problem(at, nameof(change.Percent), $"must be from {MinPercent} to {MaxPercent}");
            return;
        }

        if (SpecOf(at, change.Path) is not { } spec)
        {
            return;
        }

        if (spec.Nominal.IsEmpty && spec.Limit.IsEmpty)
        {
            Problem(at, nameof(change.Path), $"{change.Path} has no nominal and no limit to change by percent: say an amount");
            return;
        }

        ImmutableArray<ResourceAmount> Scaled(ImmutableArray<ResourceAmount> amounts) =>
            [.. amounts.Select(a => a with { Amount = Math.Clamp(a.Amount * (100 + change.Percent) / 100, 0, QuotaRules.MaxAmount) })];
        Set(at, change.Path, spec with { Nominal = Scaled(spec.Nominal), Limit = Scaled(spec.Limit) });
    }

    private void SetAmounts(int at, WhatIfChange.QuotaAmounts change)
    {
        if (change.Nominal.IsEmpty && change.Limit.IsEmpty)
        {
            Problem(at, nameof(change.Nominal), "nominal or limit must name a resource");
        }
        else if (QuotaRules.RefusesAmounts(change.Nominal) is { } badNominal)
        {
            Problem(at, nameof(change.Nominal), badNominal);
        }
        else if (QuotaRules.RefusesAmounts(change.Limit) is { } badLimit)
        {
            Problem(at, nameof(change.Limit), badLimit);
        }
        else if (SpecOf(at, change.Path) is { } spec)
        {
            Set(at, change.Path, spec with { Nominal = Merged(spec.Nominal, change.Nominal), Limit = Merged(spec.Limit, change.Limit) });
        }
    }

    private static ImmutableArray<ResourceAmount> Merged(ImmutableArray<ResourceAmount> before, ImmutableArray<ResourceAmount> said) =>
        [.. before.Where(b => QuotaBounds.AmountOf(said, b.Resource) is null).Concat(said).OrderBy(a => a.Resource, StringComparer.Ordinal)];

    /// <summary>What is lent is a part of what is owed, so it shrinks with it. Checked on the tree as if nothing were in use: use is no reason against a question.</summary>
    private void Set(int at, QuotaPath path, QuotaSpec spec)
    {
        spec = spec with { LendingLimit = [.. spec.LendingLimit.Select(l => l with { Amount = Math.Min(l.Amount, QuotaBounds.AmountOf(spec.Nominal, l.Resource) ?? l.Amount) })] };
        var tree = _trees[path.Cohort];
        switch (tree.DecideSpec(path, spec, tree.Version, _start.At))
        {
            case SpecDecision.Change made:
                tree.Apply(made.Entry);
                _quotas[path] = spec;
                break;
            case SpecDecision.Nothing:
                _quotas[path] = spec;
                break;
            case SpecDecision.Refuse refuse:
                Problem(at, "Path", refuse.Reason);
                break;
        }
    }

    private QuotaSpec? SpecOf(int at, QuotaPath path)
    {
        if (string.IsNullOrEmpty(path.Value) || _start.Trees.FirstOrDefault(t => t.Cohort == path.Cohort) is not { } snapshot
            || !snapshot.Levels.Any(l => l.Path == path))
        {
            Problem(at, "Path", $"there is no quota {path}");
            return null;
        }

        if (!_trees.TryGetValue(path.Cohort, out var tree))
        {
            tree = QuotaTree.Restore(snapshot with { Charges = [] });
            _trees.Add(path.Cohort, tree);
        }

        return tree.SpecOf(path);
    }

    private void Add(int at, WhatIfChange.AddNodes change)
    {
        if (change.Count is < 1 or > MaxNodes)
        {
            Problem(at, nameof(change.Count), $"must be from 1 to {MaxNodes}");
            return;
        }

        if (Template(change.Like) is not { } like)
        {
            Problem(at, nameof(change.Like), change.Like is null ? "the pool has no GPU node to be like: name none that there is" : $"there is no node or rack {change.Like} in the pool");
            return;
        }

        var perRack = Math.Max(1, like.Rack.Spec.Nodes.Count(n => !n.IsVacant));
        var racksPerBlock = Math.Max(1, _start.Racks.Count(r => r.Spec.Block == like.Rack.Spec.Block));
        for (int left = change.Count, rack = 0; left > 0; left -= perRack, rack++)
        {
            var count = Math.Min(left, perRack);
            var number = ++_added;
            _racks.Add(new RackView
            {
                Spec = new RackSpec
                {
                    Rack = RackId.Of(_start.Pool, Name("what-if", number)),
                    Block = Name("what-if-block", 1 + ((number - 1) / racksPerBlock)),
                    Nodes = [.. Enumerable.Range(0, count).Select(n => like.Node with { Name = new NodeId(Name($"what-if-{number:D4}-node", n)) })],
                },
                Schedulable = count == RackSpec.MaxNodes ? ulong.MaxValue : (1UL << count) - 1,
                Allocations = [],
                Version = 0,
                Epoch = 0,
            });
        }
    }

    private static string Name(string stem, int number) => string.Create(CultureInfo.InvariantCulture, $"{stem}-{number:D4}");

    private (RackView Rack, NodeSpec Node)? Template(string? like)
    {
        if (like is not null)
        {
            var byRack = _start.Racks.FirstOrDefault(r => IsRack(r, like) && r.Spec.Nodes.Any(n => !n.IsVacant));
            if (byRack is not null)
            {
                return (byRack, byRack.Spec.Nodes.First(n => !n.IsVacant));
            }

            var byNode = _start.Racks.FirstOrDefault(r => r.Spec.Nodes.Any(n => !n.IsVacant && n.Name.Value == like));
            return byNode is null ? null : (byNode, byNode.Spec.Nodes.First(n => n.Name.Value == like));
        }

        var kinds = _start.Racks.SelectMany(r => r.Spec.Nodes.Where(n => n.Gpus > 0).Select(n => (Rack: r, Node: n)))
            .GroupBy(n => (n.Node.GpuModel, n.Node.Gpus, n.Node.CpuMilli, n.Node.MemoryMiB, Closed: n.Node.Taints.Length + n.Node.Tenants.Length))
            .OrderByDescending(k => k.Count()).FirstOrDefault();
        return kinds?.First();
    }

    private static bool IsRack(RackView rack, string name) => rack.Spec.Rack.Value == $"{rack.Spec.Rack.Pool.Value}/{name}";

    private void Take(int at, WhatIfChange.TakeNodes change)
    {
        if (change.Names.IsDefaultOrEmpty || change.Names.Length > MaxNames)
        {
            Problem(at, nameof(change.Names), $"must name 1 to {MaxNames} nodes or racks");
            return;
        }

        var wanted = change.Names.ToHashSet(StringComparer.Ordinal);
        var found = new HashSet<string>(StringComparer.Ordinal);
        var into = change.Remove ? _removed : _cordoned;
        foreach (var rack in _start.Racks)
        {
            var name = rack.Spec.Rack.Value[(_start.Pool.Value.Length + 1)..];
            var whole = wanted.Contains(name);
            for (var slot = 0; slot < rack.Spec.Nodes.Length; slot++)
            {
                var node = rack.Spec.Nodes[slot];
                if (!node.IsVacant && (whole || wanted.Contains(node.Name.Value)))
                {
                    found.Add(whole ? name : node.Name.Value);
                    into[rack.Spec.Rack] = into.GetValueOrDefault(rack.Spec.Rack) | (1UL << slot);
                }
            }
        }

        wanted.ExceptWith(found);
        if (wanted.Count > 0)
        {
            Problem(at, nameof(change.Names), $"there is no node or rack {string.Join(", ", wanted.Order(StringComparer.Ordinal).Take(5))} in the pool");
        }
    }

    private void SetPriority(int at, WhatIfChange.SetPriority change)
    {
        if (change.Priority is < 0 or > QuotaRules.MaxPriority)
        {
            Problem(at, nameof(change.Priority), $"must be from 0 to {QuotaRules.MaxPriority}");
        }
        else if (!_coming.Contains(change.Job) && _start.Snapshot?.Attempts.Any(a => a.Attempt.Job == change.Job && !a.EndWanted) != true)
        {
            Problem(at, nameof(change.Job), $"there is no job {change.Job} in the pool");
        }
        else
        {
            _priorities[change.Job] = change.Priority;
        }
    }

    private void Use(int at, WhatIfChange.UsePolicy change)
    {
        if (change.Order is null && change.Placement is null)
        {
            Problem(at, nameof(change.Order), "order or placement must be named");
        }

        if (change.Order is { } order && !OrderPolicies.ByName.ContainsKey(order))
        {
            Problem(at, nameof(change.Order), $"must be one of: {string.Join(", ", OrderPolicies.ByName.Keys.Order(StringComparer.Ordinal))}");
        }

        if (change.Placement is { } placement && !ScoringPolicies.Names.Contains(placement, StringComparer.OrdinalIgnoreCase))
        {
            Problem(at, nameof(change.Placement), $"must be one of: {string.Join(", ", ScoringPolicies.Names)}");
        }

        (_order, _placement) = (change.Order ?? _order, change.Placement ?? _placement);
    }

    private WhatIfScenario End() => new()
    {
        Start = _start with { Racks = [.. _racks], Policy = _order is null ? _start.Policy : _start.Policy with { Order = _order }, Placement = _placement ?? _start.Placement },
        Requeues = _order is not null && _order != _start.Policy.Order,
        Submissions = [.. _submissions],
        Quotas = [.. _quotas.Select(q => (q.Key, q.Value))],
        Priorities = _priorities.ToImmutableDictionary(),
        Cordoned = _cordoned.ToImmutableDictionary(),
        Removed = _removed.ToImmutableDictionary(),
    };

    private void Problem(int change, string member, string rule) => _problems.Add(new WhatIfProblem { Change = change, Member = member, Rule = rule });
}
