namespace Cli.Tests;

/// <summary>
/// The date stands at 2026-03-01 12:00, and timers of less than 15 s fire a hundred times sooner: waits between tries cost
/// next to nothing, and deadlines hold as they are.
/// </summary>
internal sealed class HastyTimeProvider : TimeProvider
{
    private readonly long _start = System.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero) + System.GetElapsedTime(_start);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime > TimeSpan.Zero && dueTime < TimeSpan.FromSeconds(15) ? dueTime / 100 : dueTime, period);
}
