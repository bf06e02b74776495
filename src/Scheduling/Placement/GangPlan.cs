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

    /// <summary>Levels to try in turn; the last is what the request requires.</summary>
    public required TopologyLevel[] Levels { get; init; }

    /// <summary>Choices of GPU model to try in turn: each model alone, best first, then any mix.</summary>
    public required int Alternatives { get; init; }

    /// <summary>How many views the owner had thrown away when this plan was last known to hold.</summary>
    public int Evictions { get; set; }

    /// <summary>True when one of its views was thrown away: make another.</summary>
    public bool IsStale(int evictions)
    {
        if (evictions == Evictions) return false;
        foreach (var role in Roles)
            foreach (var choice in role.Choices)
                if (choice.View.Evicted || choice.Levels.Evicted || choice.Gentle.Evicted) return true;
        Evictions = evictions;
        return false;
    }

    public static GangPlan Make(object owner, GangRequest request, Func<WorkerShape, Choice> choose)
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
            roles.Add(new RolePlan { Index = i, Count = request.Roles[i].Count, FirstRank = rank, Shape = shape, Choices = [.. choices] });
        }

        RolePlan[] byGpu = [.. roles.OrderByDescending(r => r.Shape.TotalGpuMilli * Math.Sign(r.Shape.Gpus)).ThenByDescending(r => r.Shape.CpuMilli).ThenByDescending(r => r.Shape.MemoryMiB)];
        RolePlan[] byCpu = [.. roles.OrderByDescending(r => r.Shape.CpuMilli).ThenByDescending(r => r.Shape.MemoryMiB).ThenByDescending(r => r.Shape.TotalGpuMilli)];
        var (required, preferred) = (request.Topology.Required, request.Topology.Preferred);
        var tighter = preferred != TopologyLevel.None && (required == TopologyLevel.None || preferred < required);
        return new GangPlan
        {
            Owner = owner,
            Roles = byGpu,
            SecondOrder = byGpu.SequenceEqual(byCpu) ? null : byCpu,
            Levels = tighter ? [preferred, required] : [required],
            Alternatives = roles.Count == 0 ? 0 : roles.Max(r => r.Choices.Length),
        };
    }
}
