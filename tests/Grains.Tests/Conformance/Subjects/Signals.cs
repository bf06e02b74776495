using System.Collections.Concurrent;

namespace Grains.Tests.Conformance.Subjects;

/// <summary>Events that facts and grains wait for, by name. Both hosts run in this process, so a static table reaches everywhere.</summary>
internal static class Signals
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(20);
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> s_signals = new();
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> s_logs = new();

    public static void Set(string name) => Get(name).TrySetResult();

    public static Task Wait(string name) => Get(name).Task.WaitAsync(s_deadline);

    public static void Log(string name, string line) => s_logs.GetOrAdd(name, static _ => new()).Enqueue(line);

    public static string[] LogOf(string name) => s_logs.TryGetValue(name, out var lines) ? [.. lines] : [];

    /// <summary>Polls: for what has no event of its own.</summary>
    public static async Task Until(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(s_deadline);
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    private static TaskCompletionSource Get(string name) =>
        s_signals.GetOrAdd(name, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
