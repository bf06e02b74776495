using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>The set whose jobs keep apart, and how.</summary>
/// <param name="Set">The set.</param>
/// <param name="Level">The level of the domains over which they spread.</param>
/// <param name="Required">True: never where another of the set is. False: where fewest of it are.</param>
public readonly record struct SpreadGroup(JobId Set, TopologyLevel Level, bool Required);
