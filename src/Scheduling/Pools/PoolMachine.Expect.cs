namespace Scheduling.Pools;

/// <content>How long attempts are expected to run, and so when what they hold will be free.</content>
public sealed partial class PoolMachine
{
    /// <summary>When a running attempt ends in half of all cases, and in nine of ten; null: it is not known to end.</summary>
    private static (DateTimeOffset? P50, DateTimeOffset? P90) EndsOf(PoolAttempt attempt)
    {
        var end = attempt.Spec.TimeLimit is { } limit && !attempt.Spec.IsOpportunistic ? attempt.CommittedAt + limit : (DateTimeOffset?)null;
        return (end, end);
    }
}
