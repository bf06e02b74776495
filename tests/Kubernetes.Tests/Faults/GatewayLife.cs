using System.Diagnostics.Metrics;
using Gateway.Backends;
using Gateway.Kubernetes;
using Gateway.Kubernetes.Client;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using k8s;
using k8s.Models;
using KubeKit;
using KubeTests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace KubeTests.Faults;

/// <summary>
/// One life of a gateway: the production client, informer, lease and reconciler, behind a proxy of its own. Killed, nothing that it sends arrives any
/// more, though what had arrived takes effect; and its memory is gone.
/// </summary>
internal sealed class GatewayLife : IAsyncDisposable
{
    public const string LeaseName = "faults";

    private readonly CancellationTokenSource _stop = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FaultProxy _proxy;
    private readonly IKubernetes _client;
    private readonly KubeCluster _cluster;
    private readonly WorkloadReconciler _workloads;
    private readonly TaskCompletionSource _died = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task[] _running;
    private int _writes;
    private volatile bool _isDead;

    private GatewayLife(FaultProxy proxy, FaultWorld world, string name, Random random, TimeProvider time)
    {
        _proxy = proxy;
        var options = new KubeApiOptions { KubeConfig = world.Server.Kubeconfig(KubeServerFixture.Account, proxy.Address), CallTimeout = TimeSpan.FromSeconds(15), RetryDelay = TimeSpan.FromMilliseconds(20) };
        _client = KubeClients.Create(options);
        var api = new Gateway.Kubernetes.Client.KubeApi("real", _client, options, time);
        var watching = new InformerOptions { RetryDelay = TimeSpan.FromMilliseconds(50), LongestDelay = TimeSpan.FromSeconds(2) };
        var informer = new Informer<V1Pod>(
            ListWatch.Pods(_client, PodMarks.Job), watching, new WatchInstruments(_services.GetRequiredService<IMeterFactory>()), time, random, NullLogger.Instance, "real");
        _cluster = new KubeCluster(api, informer, new PodBinder(api), new SleepBuilder(world.Space), new KubeClusterOptions { NewsWait = TimeSpan.FromSeconds(1) }, time);
        Leader = new LeaseHolder(new KubeLeaseStore(api, world.Space), LeaseName, name, Lease, time, NullLogger<LeaseHolder>.Instance);
        var backend = new KubernetesBackend(_cluster, world.Book, world.Book, world.Book, Leader, Pods, time, NullLogger<KubernetesBackend>.Instance);
        _workloads = new WorkloadReconciler(backend, world.Book, Reconcile, time, NullLogger<WorkloadReconciler>.Instance, Leader);
        proxy.Faults = request => Fault(request, world);
        _running = [informer.Run(_stop.Token), Leader.Run(_stop.Token), _workloads.Run(_stop.Token)];
    }

    public LeaseHolder Leader { get; }

    /// <summary>Ends when it has died as it was told to.</summary>
    public Task Died => _died.Task;

    /// <summary>Effects on pods that reached the server.</summary>
    public int Writes => _writes;

    /// <summary>What is done to its requests besides; null: nothing.</summary>
    public Func<ProxiedRequest, Fault?>? Faults { get; set; }

    /// <summary>It dies with its so many-th effect on a pod.</summary>
    public int? DiesAt { get; set; }

    /// <summary>That effect reaches the server before it dies.</summary>
    public bool DiesAfter { get; set; }

    private static LeaseOptions Lease => new()
    {
        Duration = TimeSpan.FromSeconds(6), Margin = TimeSpan.FromSeconds(1), RenewEvery = TimeSpan.FromSeconds(1), RetryEvery = TimeSpan.FromMilliseconds(200), CallTimeout = TimeSpan.FromSeconds(3),
    };

    private static KubernetesOptions Pods => new()
    {
        CallTimeout = TimeSpan.FromSeconds(15), WatchTimeout = TimeSpan.FromSeconds(30), CallsAtOnce = 4, StopGrace = TimeSpan.FromSeconds(2), PollEvery = TimeSpan.FromMilliseconds(500),
        LookEvery = TimeSpan.FromSeconds(2), TellAgainAfter = TimeSpan.FromSeconds(2), SweepEvery = TimeSpan.FromSeconds(1),
    };

    private static ReconcileOptions Reconcile => new()
    {
        NodesEvery = TimeSpan.FromSeconds(5), RelistEvery = TimeSpan.FromSeconds(5), FirstBackoff = TimeSpan.FromMilliseconds(50), MaxBackoff = TimeSpan.FromSeconds(1), WorkloadConcurrency = 8,
    };

    /// <param name="time">Its clock; null: the machine's, which is the server's too.</param>
    public static async Task<GatewayLife> Begin(FaultWorld world, string name, int seed, TimeProvider? time = null) =>
        new(await FaultProxy.Start(world.Server), world, name, new Random(seed), time ?? TimeProvider.System);

    /// <summary>kill -9, as the server sees it.</summary>
    public void Kill()
    {
        _isDead = true;
        _proxy.CutAll();
        _died.TrySetResult();
    }

    /// <summary>Ends everything that is open, watches too; it may call again.</summary>
    public void CutAll() => _proxy.CutAll();

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _stop.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _workloads.Dispose();
        _cluster.Dispose();
        _client.Dispose();
        await _proxy.DisposeAsync();
        _stop.Dispose();
        await _services.DisposeAsync();
    }

    private Fault? Fault(ProxiedRequest request, FaultWorld world)
    {
        if (_isDead)
        {
            return new Fault { Cut = CutAt.Before };
        }

        if (request.IsWrite && request.Path.Contains("/pods", StringComparison.Ordinal))
        {
            var write = Interlocked.Increment(ref _writes);
            world.OnWrite(request);
            if (write == DiesAt)
            {
                _isDead = true;
                _died.TrySetResult();
                return new Fault { Cut = DiesAfter ? CutAt.After : CutAt.Before };
            }
        }

        return Faults?.Invoke(request);
    }

    private sealed class SleepBuilder(string @namespace) : IPodBuilder
    {
        public string NamespaceOf(PodOrder order) => @namespace;

        public V1Pod Build(PodOrder order) => new()
        {
            Spec = new V1PodSpec { RestartPolicy = "Never", AutomountServiceAccountToken = false, TerminationGracePeriodSeconds = 1, Containers = [new V1Container { Name = "main", Image = "example.test/train:1" }] },
        };
    }
}
