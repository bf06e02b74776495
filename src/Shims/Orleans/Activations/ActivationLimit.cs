namespace Orleans.Activations;

/// <summary>How long an activation may take. Most are done before anything waits on it, so there is a timer only once something does.</summary>
internal sealed class ActivationLimit(TimeProvider time, TimeSpan limit) : CancellationTokenSource
{
    private readonly long _since = time.GetTimestamp();
    private ITimer? _timer;

    /// <summary>Something that looks at the token is under way.</summary>
    public void Watch()
    {
        if (_timer is null && limit != Timeout.InfiniteTimeSpan && !CancelIfOver())
        {
            _timer = time.CreateTimer(static s => ((ActivationLimit)s!).CancelInTime(), this, limit - time.GetElapsedTime(_since), Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>For time that went by unwatched.</summary>
    /// <returns>True when the time is over.</returns>
    public bool CancelIfOver()
    {
        if (!IsCancellationRequested && limit != Timeout.InfiniteTimeSpan && time.GetElapsedTime(_since) >= limit)
        {
            Cancel();
        }

        return IsCancellationRequested;
    }

    protected override void Dispose(bool disposing)
    {
        _timer?.Dispose();
        base.Dispose(disposing);
    }

    private void CancelInTime()
    {
        try
        {
            Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It fired while the activation came to its end.
        }
    }
}
