using Gateway.Backends;
using Gateway.Kubernetes;
using Gateway.Kubernetes.PodsIn;
using Gateway.Leadership;
using Grains.Pools;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Orleans.Simulation;
using Scheduling.Model;

namespace Simulation.Outside.Guests;

/// <summary>One gateway process with the production side of pods in. It can be killed at any step, frozen in the middle of anything, and cut off.</summary>
internal sealed class GuestGateway(
    SimulatedCluster cluster, int silo, ModelGuests guests, ModelLeases leases, Random random, IJobIndex index, Func<ClusterInventory> inventory, ILoggerProvider log,
    OutsideSetup setup)
{
    private readonly LoggerFactory _loggers = new([log]);

    /// <summary>Processes that were alive when another was started in their place.</summary>
    private readonly List<(SimulatedProcess Process, Wire Wire)> _others = [];
    private int _life;

    public int Silo => silo;

    public SimulatedProcess Process { get; private set; } = null!;

    public LeaseHolder Leader { get; private set; } = null!;

    public Wire Wire { get; private set; } = null!;

    /// <summary>What of its newest process takes pods in.</summary>
    public PodsInController Controller { get; private set; } = null!;

    public bool IsAlive => Process is { IsAlive: true };

    /// <summary>A new process, which knows nothing.</summary>
    public void Start(WireFaults faults)
    {
        if (IsAlive)
        {
            _others.Add((Process, Wire));
        }

        var name = $"gateway{silo}.{++_life}";
        Process = new SimulatedProcess(cluster, name);
        Wire = new Wire(cluster.Time, random) { Faults = faults };
        var (time, client) = (Process.Time, cluster.SiloClient(silo));
        Leader = new LeaseHolder(leases.Over(Wire), SimulatedGateway.Lease, name, new LeaseOptions(), time, _loggers.CreateLogger<LeaseHolder>());
        IAssignmentFeed pools = new GrainAssignmentFeed(client);
        var grains = setup.NamesNodes ? pools : new ForgetfulFeed(pools);
        var feed = setup.Planted.HasFlag(Planted.NoWord) ? new Yes(grains) : grains;
        ILeader leader = setup.Planted.HasFlag(Planted.NoSelfFence) ? new Deluded(Leader) : Leader;
        var (store, model, source) = (new GuestStore(), guests.Over(Wire), new Source(inventory));
        var backend = new GuestBackend(model, store, new GrainWorkerNodes(client), feed, leader, Kubernetes(), time, _loggers.CreateLogger<GuestBackend>());
        var options = new PodsInOptions { Cohort = "c", SubmitsAtOnce = 8, LookAgainEvery = TimeSpan.FromSeconds(3) };
        var jobs = new GuestJobs(model.Name, options);
        var controller = Controller = new PodsInController(
            model, store, backend, new GuestGrains(client, jobs.User), leader, jobs, () => inventory().Pools, Waiting, options, Kubernetes(), time, _loggers.CreateLogger<PodsInController>());
        var workloads = new WorkloadReconciler(new GuestRouting(new None(inventory().Pools), backend), feed, Reconcile(), time, _loggers.CreateLogger<WorkloadReconciler>(), leader);
        var nodes = new NodeReconciler(source, new GrainNodeSink(client), Reconcile(), time, _loggers.CreateLogger<NodeReconciler>(), Leader);
        var synced = new TaskCompletionSource();
        List<Func<CancellationToken, Task>> parts =
        [
            Leader.Run, workloads.Run, nodes.Run, token => guests.Watch(store, Wire, synced, token),
            async token =>
            {
                await synced.Task;
                await controller.Run(token);
            },
        ];
        foreach (var part in parts)
        {
            _ = Process.Start(() => part(CancellationToken.None));
        }
    }

    /// <summary>All of its processes.</summary>
    public void Kill()
    {
        foreach (var (process, _) in _others.Append((Process, Wire)).Where(p => p.Process.IsAlive))
        {
            process.Kill();
        }

        _others.Clear();
    }

    /// <summary>Nothing goes wrong for it any more, in none of its processes.</summary>
    public void Calm()
    {
        foreach (var (process, wire) in _others.Append((Process, Wire)))
        {
            process.Resume();
            (wire.IsCut, wire.Faults) = (false, WireFaults.None);
        }
    }

    private async Task<IReadOnlyList<JobId>> Waiting(string user, CancellationToken cancellationToken) =>
        [.. (await index.Query(new JobQuery(null, Phase: "Pending", User: user, Limit: 1000), cancellationToken)).Rows.Select(r => r.Job)];

    private static ReconcileOptions Reconcile() => new()
    {
        WatchApart = TimeSpan.Zero,
        NodesEvery = TimeSpan.FromSeconds(5),
        AllNodesEvery = TimeSpan.FromSeconds(20),
        RelistEvery = TimeSpan.FromSeconds(30),
        MaxBackoff = TimeSpan.FromSeconds(5),
        WorkloadConcurrency = 8,
        OfferConcurrency = 4,
    };

    private static KubernetesOptions Kubernetes() => new()
    {
        CallTimeout = TimeSpan.FromSeconds(4),
        CallsAtOnce = 4,
        PollEvery = TimeSpan.FromSeconds(1),
        LookEvery = TimeSpan.FromSeconds(10),
        TellAgainAfter = TimeSpan.FromSeconds(10),
        SweepEvery = TimeSpan.FromSeconds(10),
    };

    private sealed class Source(Func<ClusterInventory> inventory) : INodeSource
    {
        public string Name => "Model nodes";

        public Task<ClusterInventory> Read(CancellationToken cancellationToken) => Task.FromResult(inventory());
    }

    /// <summary>Jobs whose pods we make are OutsideWorld's.</summary>
    private sealed class None(IReadOnlyList<PoolId> pools) : IWatchedBackend
    {
        public string Name => "none";

        public Task<IReadOnlyList<PoolId>> Pools(CancellationToken cancellationToken) => Task.FromResult(pools);

        public Task<NextLook> Reconcile(Assignment assignment, CancellationToken cancellationToken) => Task.FromResult(NextLook.OnChange);

        public Task Watch(Func<AttemptId, bool> changed, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
