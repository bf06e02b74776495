namespace Azure.Tests.Scenarios;

/// <summary>The machine's clock, but what is to come later comes at once: for pauses before retries that nothing is gained by waiting for.</summary>
internal sealed class ImpatientTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan || dueTime > TimeSpan.FromSeconds(20) ? dueTime : TimeSpan.Zero, period);
}
