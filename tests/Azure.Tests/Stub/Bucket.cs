namespace Azure.Tests.Stub;

/// <summary>A bucket of tokens on a clock: so many at once, and so many come back a minute.</summary>
internal sealed class Bucket
{
    private readonly TimeProvider _clock;
    private readonly double _most;
    private readonly double _perMinute;
    private double _tokens;
    private long _at;

    public Bucket(TimeProvider clock, double most, double perMinute)
    {
        (_clock, _most, _perMinute, _tokens) = (clock, most, perMinute, most);
        _at = clock.GetTimestamp();
    }

    public int Remaining => (int)_tokens;

    /// <summary>With what has come back by now.</summary>
    public int Left => (int)Math.Min(_most, _tokens + (_clock.GetElapsedTime(_at).TotalMinutes * _perMinute));

    /// <summary>Null when one was taken; otherwise how long until there is one.</summary>
    public TimeSpan? Take()
    {
        _tokens = Math.Min(_most, _tokens + (_clock.GetElapsedTime(_at).TotalMinutes * _perMinute));
        _at = _clock.GetTimestamp();
        if (_tokens >= 1)
        {
            _tokens--;
            return null;
        }

        return TimeSpan.FromMinutes((1 - _tokens) / _perMinute);
    }
}
