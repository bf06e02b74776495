namespace Gateway.Backends;

/// <summary>Calls to the outside, each with an end.</summary>
internal static class Deadline
{
    /// <summary>The call's answer, or <paramref name="unknown"/> when there was none in time: it may have been made, and may still be.</summary>
    public static async Task<T> Call<T>(
        Func<CancellationToken, Task<T>> call, Func<T> unknown, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await call(either.Token).WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return unknown();
        }
    }
}
