namespace Gateway.Backends;

/// <summary>Waits that a stop ends early and quietly, on the scheduler they were begun on.</summary>
internal static class Pause
{
    public static async Task For(TimeSpan wait, TimeProvider time, CancellationToken cancellationToken) =>
        await Task.Delay(wait, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
