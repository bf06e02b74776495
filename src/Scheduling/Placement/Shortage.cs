using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>Why a gang does not fit, in numbers that a user can act on.</summary>
public sealed record Shortage
{
    /// <summary>The level within which the whole gang must be; None is the pool.</summary>
    public required TopologyLevel Level { get; init; }

    /// <summary>The role the counts are about: the index in the request's roles of the one that fits worst.</summary>
    public required int Role { get; init; }

    /// <summary>Workers of that role that the gang needs.</summary>
    public required int WorkersNeeded { get; init; }

    /// <summary>Workers of that role for which the best single domain of that level has room now, at most <see cref="WorkersNeeded"/>.</summary>
    public required int WorkersThatFit { get; init; }

    /// <summary>
    /// How many nodes each constraint rules out; a node counts once, under the first that applies. Largest first, zeros left out.
    /// What remains of <see cref="NodesEvaluated"/> has room for one worker or more.
    /// </summary>
    public required ImmutableArray<FilteredNodes> Filtered { get; init; }

    /// <summary>All nodes of the pool.</summary>
    public required int NodesEvaluated { get; init; }

    /// <summary>What its rules (slices, anti-affinity, spread) demand beyond room for each worker, for the user; null without such rules.</summary>
    public string? Rules { get; init; }

    /// <summary>Why it could not fit even an empty pool, as far as one cause can be named; null when it could, or when none can.</summary>
    public Impossibility? Never { get; init; }

    /// <summary>One sentence for the user.</summary>
    public string Message
    {
        get
        {
            var text = new StringBuilder();
            var place = Level switch
            {
                TopologyLevel.Node => "one node",
                TopologyLevel.NvlinkDomain => "one NVLink domain",
                TopologyLevel.Rack => "one rack",
                TopologyLevel.Block => "one block",
                _ => "the pool",
            };
            text.Append(CultureInfo.InvariantCulture, $"{WorkersThatFit} of {WorkersNeeded} workers fit in {place}; of {NodesEvaluated} nodes");
            if (Filtered.IsEmpty) text.Append(" none is ruled out");
            for (var i = 0; i < Filtered.Length; i++)
                text.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? " " : ", ")}{Filtered[i].Nodes} {Phrase(Filtered[i])}");
            if (Rules is not null) text.Append("; ").Append(Rules);
            if (Never is not null) text.Append("; ").Append(Never.Message);
            return text.ToString();
        }
    }

    public bool Equals(Shortage? other) =>
        other is not null && Level == other.Level && Role == other.Role && WorkersNeeded == other.WorkersNeeded
        && WorkersThatFit == other.WorkersThatFit && Rules == other.Rules && Never == other.Never && NodesEvaluated == other.NodesEvaluated
        && Filtered.AsSpan().SequenceEqual(other.Filtered.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Level, Role, WorkersNeeded, WorkersThatFit, NodesEvaluated, Filtered.Length);

    private static string Phrase(FilteredNodes filtered) => filtered.Constraint switch
    {
        PlacementConstraint.GpuModel => "have another GPU model",
        PlacementConstraint.NodeSelector => "lack a label it asks for",
        PlacementConstraint.NodeAffinity => "are not what its node affinity allows",
        PlacementConstraint.Taint => "have a taint it does not tolerate",
        PlacementConstraint.Unschedulable => "take no new work",
        PlacementConstraint.Cpu => "have too little CPU",
        PlacementConstraint.Memory => "have too little memory",
        PlacementConstraint.Gpu => "have too few free GPUs",
        PlacementConstraint.GpuFraction => "have no GPU with enough left",
        PlacementConstraint.Tenant => "are dedicated to other tenants",
        PlacementConstraint.Spare => "are held as spares",
        PlacementConstraint.Extended => $"have too little {filtered.Resource}",
        PlacementConstraint.Spread => "have another job of its set in their domain",
        _ => "fit but lie in other domains",
    };
}
