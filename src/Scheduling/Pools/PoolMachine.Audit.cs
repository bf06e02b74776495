using Scheduling.Placement;

namespace Scheduling.Pools;

/// <content>For the audit.</content>
public sealed partial class PoolMachine
{
    private readonly PlacementBuffer _tried = new();

    /// <summary>Whether this attempt would be placed by the pool's present picture, promises and all.</summary>
    public bool HasRoom(PoolAttempt attempt) => _racks.Index.TryPlace(attempt.Request, _tried);
}
