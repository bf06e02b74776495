namespace Simulation.Outside;

/// <summary>So many calls at once, so many more each minute: as the cloud counts them.</summary>
internal sealed class TokenBucket(TimeProvider clock, int burst, int perMinute)
{
    private double _tokens = burst;
    private long _since = clock.GetTimestamp();

    /// <summary>Null: go on. Otherwise when to come again.</summary>
    public TimeSpan? Take()
    {
        var now = clock.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + clock.GetElapsedTime(_since, now).TotalMinutes * perMinute);
        _since = now;
        if (_tokens >= 1)
        {
            _tokens--;
            return null;
        }

        return TimeSpan.FromSeconds(Math.Ceiling((1 - _tokens) * 60 / perMinute));
    }
}
