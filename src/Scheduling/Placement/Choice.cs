namespace Scheduling.Placement;

/// <summary>A shape restricted to some GPU models, with its views.</summary>
/// <param name="View">Room per rack.</param>
/// <param name="Levels">Best nodes for single workers.</param>
/// <param name="Gentle">The same without the nodes whose free GPUs a heavy worker would starve.</param>
internal sealed record Choice(ShapeView View, LevelView Levels, LevelView Gentle)
{
    /// <summary>The same shape on each single model, best first; empty when there is nothing to prefer.</summary>
    public Choice[] Parts { get; init; } = [];
}
