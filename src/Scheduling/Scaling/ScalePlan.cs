using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>What capacity should become, and why.</summary>
public sealed record ScalePlan
{
    /// <summary>Sets of which another number is wanted than now.</summary>
    public required ImmutableArray<ScaleWant> Wants { get; init; }

    public required ImmutableArray<ScaleReturn> Returns { get; init; }

    /// <summary>Gangs for which there is and will be nothing, with the reason for whoever runs the cluster.</summary>
    public required ImmutableArray<UnmetGang> Unmet { get; init; }

    /// <summary>Gangs that have what they need, idle or on its way: by set, machines that were ordered for them just now.</summary>
    public required ImmutableArray<ServedGang> Served { get; init; }

    /// <summary>Whose machines are others than before: to be told to the pool before anything else of the plan is carried out.</summary>
    public ImmutableArray<MachineEarmark> Earmarks { get; init; } = [];

    /// <summary>Of all machines that are wanted now.</summary>
    public required decimal CostPerHour { get; init; }
}

/// <param name="Set">The scale set.</param>
/// <param name="Capacity">Machines in all, those that are to go not counted.</param>
/// <param name="Before">What was wanted so far.</param>
/// <param name="Reason">For the audit log.</param>
public readonly record struct ScaleWant(string Set, int Capacity, int Before, string Reason);

/// <summary>A machine that is returned.</summary>
public readonly record struct ScaleReturn(string Set, string Instance, NodeId Node, string Reason);

/// <summary>A gang for which nothing can be had.</summary>
public readonly record struct UnmetGang(AttemptId Attempt, string Reason);

/// <summary>A gang, and the machines that were ordered for it.</summary>
public readonly record struct ServedGang(AttemptId Attempt, ImmutableArray<(string Set, int Machines)> Ordered);
