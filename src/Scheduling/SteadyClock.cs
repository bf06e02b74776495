namespace Scheduling;

/// <summary>
/// The time of day as something may rely on that must neither see it go back nor stand still, whatever is done to the wall clock. It follows the wall clock,
/// but for two cases. Ahead of it, because the wall clock was put back: then it passes at half its speed until the wall clock has caught up, so that what is
/// to happen after a while happens after twice that at most. Behind it by more than a moment, because the wall clock jumped ahead: then it goes by the
/// monotonic clock until the jump has lasted, and only then follows; one that was taken back meanwhile was never seen.
/// </summary>
public sealed class SteadyClock(DateTimeOffset now)
{
    /// <summary>How far ahead of what has passed the wall clock is corrected without being doubted.</summary>
    public static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>How long a jump ahead lasts before it is believed.</summary>
    public static readonly TimeSpan Doubt = TimeSpan.FromMinutes(1);

    private TimeSpan _doubted;

    /// <summary>What was told last.</summary>
    public DateTimeOffset Now { get; private set; } = now;

    /// <param name="wall">What the wall clock says now.</param>
    /// <param name="passed">What has passed since the last call, by a clock that nobody sets.</param>
    public DateTimeOffset Tell(DateTimeOffset wall, TimeSpan passed)
    {
        var expected = Now + passed;
        if (wall > expected + Moment && (_doubted += passed) < Doubt)
        {
            return Now = expected;
        }

        _doubted = TimeSpan.Zero;
        var least = Now + (passed / 2);
        return Now = wall > least ? wall : least;
    }
}
