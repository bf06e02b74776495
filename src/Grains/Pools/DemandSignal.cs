namespace Grains.Pools;

/// <summary>Says that what is needed or idle may have changed. Versions begin anew with every activation, above any earlier one.</summary>
internal sealed class DemandSignal(long firstVersion)
{
    // Not RunContinuationsAsynchronously: see AssignmentFeed.
    private TaskCompletionSource _moved = new();

    public long Version { get; private set; } = firstVersion;

    public Task Moved => _moved.Task;

    public void Move()
    {
        Version++;
        var moved = _moved;
        _moved = new TaskCompletionSource();
        moved.SetResult();
    }
}
