namespace Scheduling.Pools;

/// <content>For the audit: what is cheap to ask of a queue of any length.</content>
public sealed partial class PoolMachine
{
    /// <summary>One attempt of each group that waits: what keeps it waiting keeps its like waiting.</summary>
    public IEnumerable<PoolAttempt> WaitingHeads => _queue.Groups.Where(g => g.Waiting.Count > 0).Select(g => g.Waiting.First);

    /// <summary>The reason alone of what <see cref="Explain"/> says to an attempt that waits.</summary>
    public string ReasonOf(PoolAttempt waiting) => ReasonOf(waiting.Group!);

    /// <summary>Whether this attempt would be placed by the pool's present picture, promises and all. Takes nothing.</summary>
    public bool HasRoom(PoolAttempt attempt) => _earmarks.Lifted(attempt.Id, () => _racks.Index.Fits(attempt.Request));
}
