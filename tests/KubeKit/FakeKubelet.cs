using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace KubeKit;

/// <summary>
/// All fake nodes' kubelets in one: with one watch it makes bound pods run, ends them as their annotations say, and removes those that are being
/// deleted. A pod runs until it is deleted, unless it says otherwise.
/// </summary>
public sealed class FakeKubelet : IAsyncDisposable
{
    /// <summary>Annotation: ends by itself after so many milliseconds.</summary>
    public const string RunMilliseconds = "kubekit/run-ms";

    /// <summary>Annotation: with this exit code; 0 when it says nothing.</summary>
    public const string ExitCode = "kubekit/exit-code";

    /// <summary>Annotation, "true": on deletion it uses its whole grace, as a process that ignores SIGTERM; others stop at once.</summary>
    public const string IgnoresTerm = "kubekit/ignores-term";

    private readonly KubeApi _api;
    private readonly FakeKubeletOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, PodLife> _pods = new();
    private readonly ConcurrentDictionary<string, bool> _silent = new();
    private readonly Channel<string> _due = Channel.CreateUnbounded<string>();
    private readonly ConcurrentDictionary<Task, bool> _waits = new();
    private readonly Task _running;
    private int _addresses;

    private FakeKubelet(KubeApi api, FakeKubeletOptions options)
    {
        _api = api;
        _options = options;
        _running = Task.WhenAll([Follow(), .. Enumerable.Range(0, options.AtOnce).Select(_ => Work())]);
    }

    /// <summary>Pods that it made run so far.</summary>
    public int Started => _addresses;

    /// <summary>What went wrong; it goes on regardless, as a kubelet does.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    private string Path => _options.Namespace is { } one ? $"/api/v1/namespaces/{one}/pods?fieldSelector=spec.nodeName!=" : "/api/v1/pods?fieldSelector=spec.nodeName!=";

    public static FakeKubelet Start(KubeApi api, FakeKubeletOptions? options = null) => new(api, options ?? new FakeKubeletOptions());

    /// <summary>The machine is gone, or cut off: nothing of it is said or done until it is back.</summary>
    public void Silence(string node) => _silent[node] = true;

    /// <summary>It is back, and does what it had missed.</summary>
    public void Wake(string node)
    {
        _silent.TryRemove(node, out _);
        foreach (var (key, life) in _pods)
        {
            if (life.Node == node)
            {
                _due.Writer.TryWrite(key);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _due.Writer.Complete();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_waits.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task Follow()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var (items, version) = await _api.List(Path, _stopping.Token);
                var there = items.Select(Key).ToHashSet();
                foreach (var gone in _pods.Keys.Where(k => !there.Contains(k)))
                {
                    _pods.TryRemove(gone, out _);
                }

                items.ForEach(See);
                await foreach (var news in _api.Watch(Path, version, _stopping.Token))
                {
                    if (news.Type == "DELETED")
                    {
                        _pods.TryRemove(Key(news.Object), out _);
                    }
                    else if (news.Type != "BOOKMARK")
                    {
                        See(news.Object);
                    }
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or KubeApiException)
            {
                Complaints.Enqueue(e.Message);
                await Task.Delay(100, _stopping.Token);
            }
        }
    }

    private void See(JsonObject pod)
    {
        var node = FakePods.NodeOf(pod);
        if (node is null || _options.Serves?.Invoke(node) == false)
        {
            return;
        }

        var (key, life) = (Key(pod), new PodLife(node, pod));
        var before = _pods.TryGetValue(key, out var known) ? known : null;
        _pods[key] = life;
        if (before is null || before.Step != life.Step)
        {
            Later(key, life.Step == PodStep.Start ? _options.StartsAfter : life.Wait);
        }
    }

    private void Later(string key, TimeSpan wait)
    {
        if (wait <= TimeSpan.Zero)
        {
            _due.Writer.TryWrite(key);
            return;
        }

        var waiting = Wait();
        _waits[waiting] = true;
        _ = waiting.ContinueWith(done => _waits.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

        async Task Wait()
        {
            await Task.Delay(wait, _stopping.Token);
            _due.Writer.TryWrite(key);
        }
    }

    private async Task Work()
    {
        await foreach (var key in _due.Reader.ReadAllAsync(_stopping.Token))
        {
            if (!_pods.TryGetValue(key, out var life) || _silent.ContainsKey(life.Node))
            {
                continue;
            }

            try
            {
                await Act(key, life);
            }
            catch (KubeApiException e) when (e.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                // It is gone, or another pod by now: the watch says so.
            }
            catch (Exception e) when (e is HttpRequestException or KubeApiException)
            {
                Complaints.Enqueue(e.Message);
                Later(key, TimeSpan.FromMilliseconds(200));
            }
        }
    }

    private Task Act(string key, PodLife life)
    {
        var path = $"/api/v1/namespaces/{key.Replace("/", "/pods/", StringComparison.Ordinal)}";
        return life.Step switch
        {
            PodStep.Start => _api.Patch(path + "/status", life.Running(Interlocked.Increment(ref _addresses)), KubeApi.StrategicPatch, _stopping.Token),
            PodStep.End => _api.Patch(path + "/status", life.Ended(), KubeApi.StrategicPatch, _stopping.Token),
            PodStep.Remove => _api.Delete(path, new JsonObject { ["gracePeriodSeconds"] = 0, ["preconditions"] = new JsonObject { ["uid"] = life.Uid } }, _stopping.Token),
            _ => Task.CompletedTask,
        };
    }

    private static string Key(JsonObject pod) => string.Create(CultureInfo.InvariantCulture, $"{(string)pod["metadata"]!["namespace"]!}/{FakePods.NameOf(pod)}");
}
