using Gateway.Backends;
using Gateway.Hollow;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Tests.Hollow;

/// <summary>A hollow backend with its reconciler, on virtual time and fake grains.</summary>
internal sealed class Host : IAsyncDisposable
{
    private readonly WorkloadReconciler _reconciler;

    public Host(FakeFeed? feed = null, ManualTimeProvider? time = null, Action<HollowOptions>? configure = null)
    {
        Feed = feed ?? new FakeFeed();
        Time = time ?? new ManualTimeProvider();
        var options = new HollowOptions { Inventory = "synthetic:1x1" };

        // One at a time: then what was set first is done first, and a barrier is one.
        options.Reconcile.WorkloadConcurrency = 1;
        options.Reconcile.WatchApart = TimeSpan.Zero;
        configure?.Invoke(options);
        var nodes = new FakeNodes { Racks = [Make.Rack("t4-r01", "n1")] };
        Backend = new HollowBackend(nodes, Feed, Options.Create(options), Time, NullLogger<HollowBackend>.Instance);
        _reconciler = new WorkloadReconciler(Backend, Feed, options.Reconcile, Time, NullLogger<WorkloadReconciler>.Instance);
    }

    public FakeFeed Feed { get; }

    public ManualTimeProvider Time { get; }

    public HollowBackend Backend { get; }

    public int Known => _reconciler.Known;

    public async Task<Host> Start()
    {
        await _reconciler.StartAsync(CancellationToken.None);
        return this;
    }

    /// <summary>Waits until everything that was set before has been reconciled: a job set now goes through the same watch and queue.</summary>
    public async Task Barrier(string job)
    {
        Feed.Set(Make.Assignment(job));
        await Feed.Next((a, r) => a.Job.Value == job && r.AllStarted);
    }

    public async ValueTask DisposeAsync()
    {
        await _reconciler.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
        _reconciler.Dispose();
    }
}
