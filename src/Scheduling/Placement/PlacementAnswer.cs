using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>The index's answer to one request: a closed set of three.</summary>
public abstract record PlacementAnswer
{
    private PlacementAnswer()
    {
    }

    /// <summary>The gang has its capacity: it is taken in the index.</summary>
    public sealed record Placed(GangPlacement Placement) : PlacementAnswer;

    /// <summary>It would fit an emptier pool; now it does not. Nothing was changed.</summary>
    public sealed record NoRoom(Shortage Why) : PlacementAnswer;

    /// <summary>It would not fit even if every node of the pool were empty and schedulable. Nothing was changed.</summary>
    public sealed record Never(Shortage Why) : PlacementAnswer;
}
