using Gateway.Backends;
using Gateway.Kubernetes.Client;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using Grains.Storage;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>All that takes one cluster's pods in, put together. To be made before the informer of pods runs.</summary>
internal sealed class PodsInRuntime : IDisposable
{
    private const int PageSize = 1000;

    private readonly GuestBackend _backend;
    private readonly PodsInController _controller;
    private readonly GuestEcho _echo;
    private readonly GuestHerald _herald;
    private readonly IDisposable _subscription;
    private readonly IObjectView<GuestPod> _view;

    public PodsInRuntime(
        KubeApi api, PodBinder binder, IInformer<V1Pod> pods, IGrainFactory grains, IAssignmentFeed feed, IWorkerNodes nodes, IJobIndex index, ILeader leader,
        Func<IReadOnlyCollection<PoolId>> pools, PodsInOptions options, IEnumerable<string> ignoredLabels, KubernetesOptions kubernetes, TimeProvider time, ILoggerFactory loggers)
    {
        var reader = new GuestReader(options, ignoredLabels);
        _echo = new GuestEcho(Store, time);
        var cluster = new KubeGuestCluster(api, binder, reader, _echo);
        var jobs = new GuestJobs(api.Name, options);
        _view = pods.View(reader.Read);
        _backend = new GuestBackend(cluster, Store, nodes, feed, leader, kubernetes, time, loggers.CreateLogger<GuestBackend>());
        _controller = new PodsInController(
            cluster, Store, _backend, new GuestGrains(grains, jobs.User), leader, jobs, pools, (user, token) => Waiting(index, user, token), options, kubernetes, time,
            loggers.CreateLogger<PodsInController>());
        _herald = new GuestHerald(
            new KubeGuestVoice(api, reader, options.Names.First()), Store, _controller, new JobExplainer(grains, jobs.User).Explain, leader, options, time, loggers.CreateLogger<GuestHerald>());
        _subscription = _view.Subscribe(Store.Apply);
    }

    public GuestStore Store { get; } = new();

    public PodsInController Controller => _controller;

    /// <summary>The cluster's backend, for attempts of either kind.</summary>
    public IWatchedBackend Over(IWatchedBackend own) => new GuestRouting(own, _backend);

    /// <summary>Until it is cancelled. Nothing is made of pods before all have been seen once.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        await _view.WhenSynced.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll(_controller.Run(cancellationToken), _herald.Run(cancellationToken));
        }
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _echo.Dispose();
        _herald.Dispose();
        _controller.Dispose();
        _backend.Dispose();
    }

    private static async Task<IReadOnlyList<JobId>> Waiting(IJobIndex index, string user, CancellationToken cancellationToken)
    {
        List<JobId> waiting = [];
        string? after = null;
        do
        {
            var page = await index.Query(new JobQuery(null, Phase: "Pending", User: user, After: after, Limit: PageSize), cancellationToken);
            waiting.AddRange(page.Rows.Select(r => r.Job));
            after = page.Next;
        }
        while (after is not null);
        return waiting;
    }
}
