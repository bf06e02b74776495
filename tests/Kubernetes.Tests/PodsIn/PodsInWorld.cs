using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Backends;
using Gateway.Kubernetes;
using Gateway.Kubernetes.Client;
using Gateway.Kubernetes.PodsIn;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Grains.Storage;
using k8s.Models;
using KubeKit;
using KubeTests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;
using Silo;

namespace KubeTests.PodsIn;

/// <summary>
/// A real API server with fake nodes and kubelets, and the product's silo and reconcilers with pods in.
/// Operators' controllers are not there: tests make the pods that those would make.
/// </summary>
public sealed class PodsInWorld : KubeServerFixture
{
    public const string Scheduler = "orleans-scheduler";
    public const int GpusPerNode = 8;
    public const int NodeCount = 16;

    private static readonly PoolId Pool = new("p");

    private readonly CancellationTokenSource _stopping = new();
    private readonly string _folder = Path.Combine(Path.GetTempPath(), "pods-in-" + Guid.NewGuid().ToString("n"));
    private readonly FakeNodes _nodes = new() { Prefix = "node", Count = NodeCount, NodesPerRack = 4, Resources = new Dictionary<string, string> { ["rdma/hca"] = "4" } };
    private WebApplication? _app;
    private FakeKubelet? _kubelet;
    private PodsInRuntime? _runtime;
    private Task _running = Task.CompletedTask;

    internal PodsInRuntime Runtime => _runtime!;

    public FakeKubelet Kubelet => _kubelet!;

    /// <summary>What the product says in the cluster.</summary>
    internal KubeGuestVoice Voice { get; private set; } = null!;

    internal IGrainFactory Grains => _app!.Services.GetRequiredService<IGrainFactory>();

    internal static Caller Admin => new() { Tenant = null, User = "test", Roles = CallerRoles.Admin };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        if (KubeBinaries.WhyMissing is not null)
        {
            return;
        }

        await CustomKinds.Define(Server);
        await _nodes.Create(Server.Admin);
        _kubelet = FakeKubelet.Start(Server.Admin);
        Directory.CreateDirectory(_folder);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.AddSchedulerSilo(silo => silo.DataFolder = _folder);

        // Whoever must make room need not have run for long first.
        builder.Services.Configure<PoolOptions>(o => o.Policy = o.Policy with { MinRuntime = TimeSpan.Zero });
        _app = builder.Build();
        await _app.StartAsync();
        await StartGateway();
    }

    public override async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _runtime?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        if (_kubelet is not null)
        {
            await _kubelet.DisposeAsync();
        }

        await base.DisposeAsync();
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }

        _stopping.Dispose();
    }

    /// <summary>The pods of a namespace, by name.</summary>
    public async Task<Dictionary<string, JsonObject>> Pods(string space) =>
        (await Server.Admin.List($"/api/v1/namespaces/{space}/pods")).Items.ToDictionary(FakePods.NameOf, StringComparer.Ordinal);

    public Task Create(string space, JsonObject pod) => Server.Admin.Create($"/api/v1/namespaces/{space}/pods", pod);

    /// <summary>All of these run, and no node has more GPUs given away than it has.</summary>
    public async Task<Dictionary<string, JsonObject>> Run(string space, params IEnumerable<string> names)
    {
        var wanted = names.ToHashSet(StringComparer.Ordinal);
        var pods = await Eventually.Get(
            () => Pods(space), all => wanted.All(n => all.TryGetValue(n, out var pod) && FakePods.PhaseOf(pod) == "Running"), $"{string.Join(", ", wanted)} run in {space}");
        foreach (var node in (await Server.Admin.List("/api/v1/pods")).Items.Where(p => FakePods.NodeOf(p) is not null && FakePods.PhaseOf(p) is "Running" or "Pending").GroupBy(FakePods.NodeOf))
        {
            var gpus = node.Sum(p => p["spec"]!["containers"]!.AsArray().Sum(c => int.Parse((string?)c!["resources"]?["limits"]?["nvidia.com/gpu"] ?? "0", CultureInfo.InvariantCulture)));
            Assert.True(gpus <= GpusPerNode, $"{node.Key} has {gpus} GPUs given away");
        }

        return pods;
    }

    /// <summary>The job that a bound pod was bound for.</summary>
    internal Task<JobView?> JobOf(JsonObject pod) => Grains.GetGrain<IJobGrain>(((string)pod["metadata"]!["annotations"]!["orleans.scheduler/bound-for"]!).Split('/')[0]).Get(Admin);

    private async Task StartGateway()
    {
        var services = _app!.Services;
        var grains = services.GetRequiredService<IGrainFactory>();
        var options = new KubeApiOptions { KubeConfig = Server.Kubeconfig() };
        var client = KubeClients.Create(options);
        var api = new Gateway.Kubernetes.Client.KubeApi("test", client, options, TimeProvider.System);
        Voice = new KubeGuestVoice(api, new GuestReader(new PodsInOptions(), []), Scheduler);
        var informer = new Informer<V1Pod>(
            ListWatch.Pods(client), new InformerOptions(), new WatchInstruments(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>()), TimeProvider.System, new Random(1), NullLogger.Instance, "test");
        var feed = new GrainAssignmentFeed(grains);
        _runtime = new PodsInRuntime(
            api, new PodBinder(api), informer, grains, feed, new GrainWorkerNodes(grains), services.GetRequiredService<IJobIndex>(), SoleLeader.Instance, () => [Pool],
            new PodsInOptions { SchedulerNames = [Scheduler, "scheduler-plugins-scheduler"] }, [], new KubernetesOptions { PollEvery = TimeSpan.FromSeconds(1) },
            TimeProvider.System, NullLoggerFactory.Instance);
        var source = new FixedNodes(_nodes);
        var reconcile = new ReconcileOptions();
        var nodes = new NodeReconciler(source, new GrainNodeSink(grains), reconcile, TimeProvider.System, NullLogger<NodeReconciler>.Instance);
        var workloads = new WorkloadReconciler(_runtime.Over(new NothingOfOurOwn(Pool)), feed, reconcile, TimeProvider.System, NullLogger<WorkloadReconciler>.Instance);
        var token = _stopping.Token;
        _running = Task.WhenAll(informer.Run(token), _runtime.Run(token), nodes.Run(token), workloads.Run(token));
        await Eventually.True(async () => (await grains.GetGrain<IPoolGrain>(Pool.Value).GetView()).SchedulableNodes == _nodes.Count, "the pool has all nodes");
    }

    private sealed class FixedNodes(FakeNodes nodes) : INodeSource
    {
        public string Name => "fixed";

        public Task<ClusterInventory> Read(CancellationToken cancellationToken) => Task.FromResult(new ClusterInventory
        {
            Racks =
            [
                .. Enumerable.Range(0, nodes.Count).GroupBy(i => i / nodes.NodesPerRack).Select(rack => new RackSpec
                {
                    Rack = RackId.Of(Pool, string.Create(CultureInfo.InvariantCulture, $"r{rack.Key}")), Block = "b", Nodes = [.. rack.Select(Node)],
                }),
            ],
        });

        private NodeSpec Node(int index) => new()
        {
            Name = new NodeId(nodes.Name(index)), CpuMilli = nodes.Cpus * 1000L, MemoryMiB = nodes.MemoryGiB * 1024L, Gpus = nodes.Gpus, GpuModel = "H100-80GB",
            Labels = [new Label("nvidia.com/gpu.product", nodes.GpuProduct), new Label("kubernetes.io/os", "linux")],
            Extended = [new ExtendedAmount(ExtendedResources.EphemeralStorage, 3500 * 1024), .. nodes.Resources.Select(r => new ExtendedAmount(r.Key, long.Parse(r.Value, CultureInfo.InvariantCulture)))],
        };
    }

    /// <summary>Jobs whose pods we make are somebody else's test.</summary>
    private sealed class NothingOfOurOwn(PoolId pool) : IWatchedBackend
    {
        public string Name => "none";

        public Task<IReadOnlyList<PoolId>> Pools(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<PoolId>>([pool]);

        public Task<NextLook> Reconcile(Assignment assignment, CancellationToken cancellationToken) => Task.FromResult(NextLook.OnChange);

        public Task Watch(Func<AttemptId, bool> changed, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
