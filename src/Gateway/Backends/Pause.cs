namespace Gateway.Backends;

/// <summary>
/// Waits that a stop ends early and quietly, on the scheduler they were begun on. (A bare Task.Delay that is cancelled ends on the thread pool, and so does a
/// wait for it and others.)
/// </summary>
internal static class Pause
{
    public static async Task For(TimeSpan wait, TimeProvider time, CancellationToken cancellationToken) =>
        await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
