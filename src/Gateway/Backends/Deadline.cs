namespace Gateway.Backends;

/// <summary>Calls to the outside, each with an end.</summary>
internal static class Deadline
{
    /// <summary>The call's answer, or <paramref name="unknown"/> when there was none in time: it may have been made, and may still be.</summary>
    public static async Task<T> Call<T>(
        Func<CancellationToken, Task<T>> call, Func<T> unknown, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource(timeout, time);
        using var calledOff = cancellationToken.UnsafeRegister(static end => ((CancellationTokenSource)end!).Cancel(), end);
        try
        {
            return await call(end.Token).WaitAsync(end.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return unknown();
        }
    }
}
