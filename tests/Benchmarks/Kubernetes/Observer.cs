using System.Collections.Concurrent;

namespace Benchmarks.Kubernetes;

/// <summary>Sees when pods are bound, by a watch that hears of a pod once: when it has a node.</summary>
internal sealed class Observer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, long> _made = new();
    private readonly ConcurrentDictionary<string, (long At, string Node)> _bound = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _expected;
    private readonly Task _watching;

    private Observer(HttpClient client, string version, int expected)
    {
        _expected = expected;
        _watching = Watch(client, version);
    }

    private static string Path => $"/api/v1/namespaces/{BenchCluster.Space}/pods?fieldSelector=spec.nodeName!=";

    public static async Task<Observer> Start(BenchCluster cluster, int expected)
    {
        var client = cluster.Server.Admin.Http;
        return new Observer(client, await PodWatch.Version(client, Path, CancellationToken.None), expected);
    }

    public int Bound => _bound.Count;

    /// <summary>From the first to the last.</summary>
    public TimeSpan Span => TimeProvider.System.GetElapsedTime(_bound.Values.Min(b => b.At), _bound.Values.Max(b => b.At));

    /// <summary>From when somebody began until the last.</summary>
    public TimeSpan Since(long start) => TimeProvider.System.GetElapsedTime(start, _bound.Values.Max(b => b.At));

    /// <summary>Pods a second between the first and the last twentieth, so that neither a start nor a straggler counts.</summary>
    public double Rate
    {
        get
        {
            var times = _bound.Values.Select(b => b.At).Order().ToArray();
            var cut = times.Length / 20;
            return (times.Length - (2 * cut) - 1) / TimeProvider.System.GetElapsedTime(times[cut], times[^(cut + 1)]).TotalSeconds;
        }
    }

    /// <summary>From the answer to a pod's creation to the news that it is bound, in ms, sorted.</summary>
    public double[] Waits => [.. _bound.Where(b => _made.ContainsKey(b.Key)).Select(b => Math.Max(0, TimeProvider.System.GetElapsedTime(_made[b.Key], b.Value.At).TotalMilliseconds)).Order()];

    public void Made(string pod) => _made[pod] = TimeProvider.System.GetTimestamp();

    public async Task All(TimeSpan deadline, Func<string> why)
    {
        try
        {
            await (await Task.WhenAny(_all.Task, _watching).WaitAsync(deadline));
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{Bound} of {_expected} pods were bound within {deadline.TotalSeconds:0} s.\n{why()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task Watch(HttpClient client, string version)
    {
        await foreach (var pod in PodWatch.Follow(client, Path, version, _stopping.Token))
        {
            if (pod.Node is not null && _bound.TryAdd(pod.Name, (TimeProvider.System.GetTimestamp(), pod.Node)) && _bound.Count == _expected)
            {
                _all.TrySetResult();
            }
        }
    }
}
