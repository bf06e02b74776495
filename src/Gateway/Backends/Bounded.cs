namespace Gateway.Backends;

/// <summary>Bounded fan-out that stays on the caller's scheduler.</summary>
internal static class Bounded
{
    /// <summary>Runs <paramref name="work"/> for each item, at most <paramref name="limit"/> at once. None is begun after a failure or a cancellation.</summary>
    public static Task ForEach<T>(IReadOnlyList<T> items, int limit, Func<T, Task> work, CancellationToken cancellationToken) =>
        items.Count != 1 ? Several(items, limit, work, cancellationToken) : cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : work(items[0]);

    private static async Task Several<T>(IReadOnlyList<T> items, int limit, Func<T, Task> work, CancellationToken cancellationToken)
    {
        var next = -1;
        var failed = false;
        await Task.WhenAll(Enumerable.Range(0, Math.Min(limit, items.Count)).Select(_ => Work()));
        cancellationToken.ThrowIfCancellationRequested();

        async Task Work()
        {
            while (!Volatile.Read(ref failed) && !cancellationToken.IsCancellationRequested && Interlocked.Increment(ref next) is var i && i < items.Count)
            {
                try
                {
                    await work(items[i]);
                }
                catch
                {
                    Volatile.Write(ref failed, true);
                    throw;
                }
            }
        }
    }
}
