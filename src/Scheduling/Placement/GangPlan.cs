using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>A request made ready for one index: its roles in placement order, with the views they need. Made once per request.</summary>
internal sealed class GangPlan
{
    public required object Owner { get; init; }

    /// <summary>Roles in the order in which they are placed: those that are hardest to place first.</summary>
    public required RolePlan[] Roles { get; init; }

    /// <summary>Another order, tried when the first fails; null when there is none.</summary>
    public required RolePlan[]? SecondOrder { get; init; }

    /// <summary>Levels to try in turn, each wider than the one before; the last is what the request requires.</summary>
    public required TopologyLevel[] Levels { get; init; }

    /// <summary>Choices of GPU model to try in turn: each model alone, best first, then any mix.</summary>
    public required int Alternatives { get; init; }

    /// <summary>Some rule of the request needs more than best fit over racks: <see cref="RulePlacer"/> places it.</summary>
    public required bool HasRules { get; init; }

    /// <summary>What the owner knew of tenants when this was made.</summary>
    public int TenantEpoch { get; init; }

    /// <summary>How many views the owner had thrown away when this plan was last known to hold.</summary>
    public int Evictions { get; set; }

    /// <summary>True when one of its views was thrown away: make another.</summary>
    public bool IsStale(int evictions, int tenantEpoch)
    {
        if (tenantEpoch != TenantEpoch) return true;
        if (evictions == Evictions) return false;
        foreach (var role in Roles)
            foreach (var choice in role.Choices)
                if (choice.View.Evicted || choice.Levels.Evicted || choice.Gentle.Evicted) return true;
        Evictions = evictions;
        return false;
    }

    public static GangPlan Make(object owner, GangRequest request, int tenantEpoch, Func<WorkerShape, Choice> choose)
    {
        var roles = new List<RolePlan>();
        var rank = 0;
        for (var i = 0; i < request.Roles.Length; rank += request.Roles[i].Count, i++)
        {
            if (request.Roles[i].Count <= 0) continue;
            var shape = request.Roles[i].Shape;
            var choices = new List<Choice>();
            if (shape.GpuModels.Length > 1)
                foreach (var model in shape.GpuModels) choices.Add(choose(shape with { GpuModels = [model] }));
            choices.Add(choose(shape) with { Parts = [.. choices] });
            roles.Add(new RolePlan
            {
                Index = i,
                Count = request.Roles[i].Count,
                FirstRank = rank,
                Shape = shape,
                Choices = [.. choices],
                Slices = request.Roles[i].Slices,
                AntiAffinity = request.Roles[i].AntiAffinity,
            });
        }

        RolePlan[] byGpu = [.. roles.OrderByDescending(r => r.Shape.TotalGpuMilli * Math.Sign(r.Shape.Gpus)).ThenByDescending(r => r.Shape.CpuMilli).ThenByDescending(r => r.Shape.MemoryMiB)];
        RolePlan[] byCpu = [.. roles.OrderByDescending(r => r.Shape.CpuMilli).ThenByDescending(r => r.Shape.MemoryMiB).ThenByDescending(r => r.Shape.TotalGpuMilli)];
        return new GangPlan
        {
            Owner = owner,
            Roles = byGpu,
            SecondOrder = byGpu.SequenceEqual(byCpu) ? null : byCpu,
            Levels = Guards.Hold(Guard.RequiredTopology) ? Ladder(request.Topology) : [TopologyLevel.None],
            HasRules = request.Spread is not null || request.MayUseSpares || roles.Any(r => r.Slices is not null || r.AntiAffinity is not null),
            TenantEpoch = tenantEpoch,
            Alternatives = roles.Count == 0 ? 0 : roles.Max(r => r.Choices.Length),
        };
    }

    /// <summary>From the preferred level outwards to the required one, level by level.</summary>
    private static TopologyLevel[] Ladder(TopologyRule rule)
    {
        if (rule.Preferred == TopologyLevel.None || !rule.Preferred.IsTighterThan(rule.Required)) return [rule.Required];
        return [.. TopologyLevels.FromTightest.Where(l => !l.IsTighterThan(rule.Preferred) && !rule.Required.IsTighterThan(l))];
    }
}
