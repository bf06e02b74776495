using System.Collections.Specialized;
using System.Diagnostics.Metrics;
using System.Web;
using Gateway.Kubernetes.Watching;
using Gateway.Tests.Hollow;
using Gateway.Tests.Support;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Tests.Kubernetes.Watching;

/// <summary>An informer over a stub, on a clock that goes on whenever something is waited for.</summary>
internal sealed class WatchRun : IAsyncDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _news = [];
    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;

    public WatchRun(StubApiServer server, IListWatch<V1Pod> source, Func<V1Pod, V1Pod?> project, TimeSpan? silentFor = null)
    {
        Server = server;

        // Time goes on by leaps here: what is slow on this machine is not late.
        var options = new InformerOptions { PageTimeout = TimeSpan.FromHours(10), SilentFor = silentFor ?? TimeSpan.FromHours(10) };
        Informer = new Informer<V1Pod>(
            source, options, new WatchInstruments(_services.GetRequiredService<IMeterFactory>()), _time, new Random(1), NullLogger.Instance, "stub");
        View = Informer.View(project);
        View.Subscribe(Take);
    }

    public StubApiServer Server { get; }

    public Informer<V1Pod> Informer { get; }

    public IObjectView<V1Pod> View { get; }

    /// <summary>What those who look were told: +new, ~changed, -gone.</summary>
    public IReadOnlyList<string> News
    {
        get
        {
            lock (_lock)
            {
                return [.. _news];
            }
        }
    }

    public IEnumerable<string> Names => View.Snapshot().Select(p => p.Name()).Order(StringComparer.Ordinal);

    public IReadOnlyList<Seen> Lists => [.. Server.Requests.Where(r => !IsWatch(r))];

    public static async Task<WatchRun> Start(Func<StubCall, Task> serve, bool start = true, Func<V1Pod, V1Pod?>? project = null, TimeSpan? silentFor = null)
    {
        var server = await StubApiServer.Start(serve);
        var run = new WatchRun(server, ListWatch.Pods(server.Client()), project ?? (pod => pod), silentFor);
        if (start)
        {
            run.Begin();
        }

        return run;
    }

    public void Begin() => _running = Informer.Run(_stop.Token);

    public Task Synced() => Until(() => View.HasSynced);

    public Task Heard(string name, bool gone = false) => Until(() => News.Any(n => n.StartsWith(gone ? $"-{name}" : $"+{name}", StringComparison.Ordinal)));

    public async Task<NameValueCollection> Watches(int count) => (await AllWatches(count))[^1];

    public async Task<IReadOnlyList<NameValueCollection>> AllWatches(int count)
    {
        await Until(() => Server.Requests.Count(IsWatch) >= count);
        return [.. Server.Requests.Where(IsWatch).Take(count).Select(r => HttpUtility.ParseQueryString(r.Query))];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await Server.DisposeAsync();
        _stop.Dispose();
        await _services.DisposeAsync();
    }

    private static bool IsWatch(Seen request) => request.Query.Contains("watch=true", StringComparison.Ordinal);

    private async Task Until(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!holds())
        {
            limit.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, limit.Token);
        }
    }

    private void Take(ObjectChange<V1Pod> change)
    {
        lock (_lock)
        {
            _news.Add(change switch
            {
                { Now: null } => $"-{change.Key.Name}",
                { Before: null } => $"+{change.Key.Name}",
                _ => $"~{change.Key.Name} on {change.Now.Spec.NodeName}",
            });
        }
    }
}
