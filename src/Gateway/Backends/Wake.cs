namespace Gateway.Backends;

/// <summary>Lets a loop that pauses be woken by whoever has news for it. News that comes while it is at work shortens the next pause.</summary>
internal sealed class Wake
{
    // Not RunContinuationsAsynchronously: a loop goes on upon the scheduler that it was begun on.
    private volatile TaskCompletionSource _told = new();

    public Task Told => _told.Task;

    public void Now() => _told.TrySetResult();

    /// <summary>Takes the news: what comes from now on is new.</summary>
    public void Take()
    {
        if (_told.Task.IsCompleted)
        {
            _told = new TaskCompletionSource();
        }
    }

    /// <summary>Until there is news, but no longer than this.</summary>
    public async Task Within(TimeSpan wait, TimeProvider time, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Told, Pause.For(wait, time, enough.Token));
#pragma warning disable VSTHRD103 // CancelAsync would go on upon the thread pool, and all that is cancelled here is a delay.
        enough.Cancel();
#pragma warning restore VSTHRD103
        Take();
    }
}
