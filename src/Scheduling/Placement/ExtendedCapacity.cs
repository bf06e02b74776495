namespace Scheduling.Placement;

/// <summary>A pool's total of one extended resource.</summary>
/// <param name="Name">The resource.</param>
/// <param name="Total">What all nodes offer.</param>
/// <param name="Free">What new work could take: of nodes that take new work and are not held as spares.</param>
public readonly record struct ExtendedCapacity(string Name, long Total, long Free);
