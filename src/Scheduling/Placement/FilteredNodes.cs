namespace Scheduling.Placement;

/// <summary>So many nodes are ruled out by one constraint.</summary>
/// <param name="Constraint">What rules them out.</param>
/// <param name="Nodes">How many.</param>
/// <param name="Resource">Of <see cref="PlacementConstraint.Extended"/> the resource that is short; else null.</param>
public readonly record struct FilteredNodes(PlacementConstraint Constraint, int Nodes, string? Resource = null)
{
    /// <summary>For users: the constraint, or the resource itself.</summary>
    public string Name => Resource ?? Constraint.ToString();
}
