namespace Scheduling.Pools;

/// <summary>How many of those that hold something stand at which priority: whether anybody could be evicted for a job is known at once.</summary>
internal sealed class StandingCounts
{
    private readonly SortedDictionary<int, int> _byPriority = [];

    /// <summary>Counts an attempt in, or out. Its standing never changes while it holds something.</summary>
    public void Add(PoolAttempt attempt, int sign)
    {
        var standing = attempt.Spec.IsOpportunistic ? PoolMachine.OpportunisticPriority : attempt.Spec.Priority;
        var count = _byPriority.GetValueOrDefault(standing) + sign;
        if (count == 0)
        {
            _byPriority.Remove(standing);
        }
        else
        {
            _byPriority[standing] = count;
        }
    }

    public bool AnyBelow(int priority)
    {
        foreach (var (lowest, _) in _byPriority)
        {
            return lowest < priority;
        }

        return false;
    }
}
