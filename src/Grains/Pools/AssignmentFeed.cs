using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;

namespace Grains.Pools;

/// <summary>
/// Changes of what should run, numbered, the newest few kept: list once, then watch. Versions begin anew with every activation
/// (above any earlier one), so a watcher of the activation before lists again.
/// </summary>
internal sealed class AssignmentFeed(long firstVersion, int length)
{
    private const int PageSize = 2048;

    private readonly Assignment[] _changes = new Assignment[length];
    private readonly long _firstVersion = firstVersion;

    // Not RunContinuationsAsynchronously: a wait for one of several tasks would leave the activation's scheduler for the thread pool.
    private TaskCompletionSource _moved = new();

    /// <summary>The version of the newest change.</summary>
    public long Version { get; private set; } = firstVersion;

    public Task Moved => _moved.Task;

    public void Add(PoolAttempt attempt, long epoch, AssignmentWish wish)
    {
        _changes[Version % length] = ToAssignment(attempt, epoch, wish);
        Version++;
        var moved = _moved;
        _moved = new TaskCompletionSource();
        moved.SetResult();
    }

    /// <summary>Null when some of the changes after <paramref name="version"/> are no longer kept, or it is not of this activation.</summary>
    public AssignmentPage? After(long version)
    {
        var behind = Version - version;
        if (version < _firstVersion || behind < 0 || behind > length)
        {
            return null;
        }

        var items = ImmutableArray.CreateBuilder<Assignment>((int)Math.Min(behind, PageSize));
        for (var at = version; at < Version && items.Count < PageSize; at++)
        {
            items.Add(_changes[at % length]);
        }

        return new AssignmentPage { Items = items.ToImmutable(), Version = version + items.Count };
    }

    public static Assignment ToAssignment(PoolAttempt attempt, long epoch, AssignmentWish wish) => new()
    {
        Attempt = attempt.Id,
        Spec = attempt.Spec,
        Placement = attempt.Placement ?? new GangPlacement { Racks = [] },
        Wish = wish,
        Epoch = epoch,
        CheckpointBy = wish == AssignmentWish.Checkpoint ? attempt.CheckpointBy : null,
        Leaving = attempt.Leaving,
        Nodes = attempt.Nodes,
    };

    /// <summary>What should be of a running attempt's workers.</summary>
    public static AssignmentWish WishOf(PoolAttempt attempt) =>
        attempt.StopWanted ? AssignmentWish.Stop : attempt.CheckpointBy is null ? AssignmentWish.Run : AssignmentWish.Checkpoint;
}
