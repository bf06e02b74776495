namespace Grains;

/// <summary>Bounded fan-out that stays on the caller's scheduler.</summary>
internal static class Parallelism
{
    /// <summary>Runs <paramref name="work"/> for each item, at most <paramref name="limit"/> at once.</summary>
    public static async Task ForEach<T>(IReadOnlyList<T> items, int limit, Func<T, Task> work)
    {
        var next = 0;
        var workers = new Task[Math.Min(limit, items.Count)];
        for (var i = 0; i < workers.Length; i++)
        {
            workers[i] = Work();
        }

        await Task.WhenAll(workers);

        async Task Work()
        {
            while (next < items.Count)
            {
                await work(items[next++]);
            }
        }
    }
}
