namespace Scheduling.Placement;

/// <summary>So many nodes are ruled out by one constraint.</summary>
public readonly record struct FilteredNodes(PlacementConstraint Constraint, int Nodes);
