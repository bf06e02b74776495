using System.Collections.Immutable;
using Gateway.Azure;
using Gateway.Backends;
using Gateway.Kubernetes;
using Gateway.Leadership;
using Microsoft.Extensions.Logging;
using Orleans.Simulation;
using Scheduling.Model;

namespace Simulation.Outside;

/// <summary>
/// One gateway process with the production reconcilers, in a silo as in the real server. It can be killed at any step (its memory is gone, what it
/// sent is under way), frozen in the middle of anything, and cut off from what is outside.
/// </summary>
internal sealed class SimulatedGateway(
    SimulatedCluster cluster, int silo, ModelKubernetes kubernetes, ModelArm? arm, ModelLeases leases, Random random, ILoggerProvider log, OutsideSetup setup)
{
    public const string Lease = "gateway";

    private readonly LoggerFactory _loggers = new([log]);

    /// <summary>Processes that were alive when another was started in their place.</summary>
    private readonly List<(SimulatedProcess Process, Wire Wire)> _others = [];
    private int _life;

    public int Silo => silo;

    public SimulatedProcess Process { get; private set; } = null!;

    public LeaseHolder Leader { get; private set; } = null!;

    /// <summary>To all that is outside: pods, nodes, the lease, the cloud.</summary>
    public Wire Wire { get; private set; } = null!;

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
        var time = Process.Time;
        var client = cluster.SiloClient(silo);
        Leader = new LeaseHolder(leases.Over(Wire), Lease, name, new LeaseOptions(), time, _loggers.CreateLogger<LeaseHolder>());
        var source = kubernetes.SourceOver(Wire);
        ILeader leader = setup.Planted.HasFlag(Planted.NoSelfFence) ? new Deluded(Leader) : Leader;
        IAssignmentFeed feed = setup.Planted.HasFlag(Planted.NoWord) ? new Yes(new GrainAssignmentFeed(client)) : new GrainAssignmentFeed(client);
        var backend = new KubernetesBackend(
            kubernetes.Over(Wire), source, new GrainWorkerNodes(client), feed, leader, Kubernetes(), time, _loggers.CreateLogger<KubernetesBackend>());
        var workloads = new WorkloadReconciler(backend, feed, Reconcile(), time, _loggers.CreateLogger<WorkloadReconciler>(), leader);
        var nodes = new NodeReconciler(source, new GrainNodeSink(client), Reconcile(), time, _loggers.CreateLogger<NodeReconciler>(), Leader);
        List<Func<CancellationToken, Task>> parts = [Leader.Run, workloads.Run, nodes.Run];
        if (arm is not null)
        {
            parts.AddRange(setup.Plans ? Planner(client, source) : [new ScaleSetReconciler(
                ModelArm.Set, arm.Over(Wire), new GrainScaleSetIntents(client), source, Leader, ScaleSets(), time, _loggers.CreateLogger<ScaleSetReconciler>()).Run]);
        }

        foreach (var part in parts)
        {
            _ = Process.Start(() => part(CancellationToken.None));
        }
    }

    /// <summary>The planner, and the scale set's reconciler with it.</summary>
    private List<Func<CancellationToken, Task>> Planner(IClusterClient client, INodeSource source)
    {
        var (board, time, grains) = (new ScaleBoard(), Process.Time, new ScalingGrains(client));
        var set = new AzureScaleSet
        {
            Id = ModelArm.Set, Pool = SimulatedWorld.Pool.Value, Ceiling = OutsideWorld.Ceiling, Sku = "sku", Location = "here", Block = ModelMachine.Block,
            Node = new AzureNode
            {
                Gpus = SimulatedWorld.GpusPerNode, GpuModel = "A", CpuMilli = 96_000, MemoryMiB = 800_000,
                Extended = Extras.OfferedWith(SimulatedWorld.GpusPerNode).ToDictionary(e => e.Name, e => $"{e.Count}{(ExtendedResources.IsInMiB(e.Name) ? "Mi" : "")}", StringComparer.Ordinal),
            },
        };
        var quota = new CloudQuota(NoUsages.Instance, [set], Leader, ScaleSets(), time, _loggers.CreateLogger<CloudQuota>());
        ILeader leader = setup.Planted.HasFlag(Planted.LatePlanner) ? new Deluded(Leader) : Leader;
        var scaler = new PoolScaler(
            SimulatedWorld.Pool, new AzurePool { IdleAfter = OutsideWorld.IdleAfter }, [set], grains, board, quota, leader, ScaleSets(), time, _loggers.CreateLogger<PoolScaler>());
        var reconciler = new ScaleSetReconciler(
            set.Id, arm!.Over(Wire), new GrainScaleSetIntents(client), source, Leader, ScaleSets(), time, _loggers.CreateLogger<ScaleSetReconciler>(), board);
        return [scaler.Run, reconciler.Run];
    }

    /// <summary>All of its processes.</summary>
    public void Kill()
    {
        foreach (var (process, _) in _others.Append((Process, Wire)).Where(p => p.Item1.IsAlive))
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

    private static ScaleSetOptions ScaleSets() => new() { CallTimeout = TimeSpan.FromSeconds(5), ReadEvery = TimeSpan.FromSeconds(8), JoinWithin = TimeSpan.FromSeconds(60) };

    private static ReconcileOptions Reconcile() => new()
    {
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
        WatchTimeout = TimeSpan.FromSeconds(12),
        CallsAtOnce = 4,
        StopGrace = TimeSpan.FromSeconds(4),
        PollEvery = TimeSpan.FromSeconds(1),
        LookEvery = TimeSpan.FromSeconds(10),
        TellAgainAfter = TimeSpan.FromSeconds(10),
        SweepEvery = TimeSpan.FromSeconds(10),
    };
}

/// <summary>What a subscription may still have is not known.</summary>
file sealed class NoUsages : ICloudUsages
{
    public static NoUsages Instance { get; } = new();

    public Task<CloudAnswer<ImmutableArray<CloudUsage>>> Usages(string set, string location, CancellationToken cancellationToken) =>
        Task.FromResult<CloudAnswer<ImmutableArray<CloudUsage>>>(new CloudAnswer<ImmutableArray<CloudUsage>>.Unknown("nobody counts"));
}
