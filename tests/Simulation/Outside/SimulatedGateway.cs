using Gateway.Azure;
using Gateway.Backends;
using Gateway.Kubernetes;
using Gateway.Leadership;
using Microsoft.Extensions.Logging;
using Orleans.Simulation;

namespace Simulation.Outside;

/// <summary>
/// One gateway process with the production reconcilers, in a silo as in the real server. It can be killed at any step (its memory is gone, what it
/// sent is under way), frozen in the middle of anything, and cut off from what is outside.
/// </summary>
internal sealed class SimulatedGateway(
    SimulatedCluster cluster, int silo, ModelKubernetes kubernetes, ModelArm? arm, ModelLeases leases, Random random, ILoggerProvider log, Planted planted)
{
    public const string Lease = "gateway";

    private readonly LoggerFactory _loggers = new([log]);
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
        var name = $"gateway{silo}.{++_life}";
        Process = new SimulatedProcess(cluster, name);
        Wire = new Wire(cluster.Time, random) { Faults = faults };
        var time = Process.Time;
        var client = cluster.SiloClient(silo);
        Leader = new LeaseHolder(leases.Over(Wire), Lease, name, new LeaseOptions(), time, _loggers.CreateLogger<LeaseHolder>());
        var source = kubernetes.SourceOver(Wire);
        ILeader leader = planted.HasFlag(Planted.NoSelfFence) ? new Deluded(Leader) : Leader;
        IAssignmentFeed feed = planted.HasFlag(Planted.NoWord) ? new Yes(new GrainAssignmentFeed(client)) : new GrainAssignmentFeed(client);
        var backend = new KubernetesBackend(
            kubernetes.Over(Wire), source, new GrainWorkerNodes(client), feed, leader, Kubernetes(), time, _loggers.CreateLogger<KubernetesBackend>());
        var workloads = new WorkloadReconciler(backend, feed, Reconcile(), time, _loggers.CreateLogger<WorkloadReconciler>(), leader);
        var nodes = new NodeReconciler(source, new GrainNodeSink(client), Reconcile(), time, _loggers.CreateLogger<NodeReconciler>(), Leader);
        List<Func<CancellationToken, Task>> parts = [Leader.Run, workloads.Run, nodes.Run];
        if (arm is not null)
        {
            parts.Add(new ScaleSetReconciler(
                ModelArm.Set, arm.Over(Wire), new GrainScaleSetIntents(client), source, Leader, ScaleSets(), time, _loggers.CreateLogger<ScaleSetReconciler>()).Run);
        }

        foreach (var part in parts)
        {
            _ = Process.Start(() => part(CancellationToken.None));
        }
    }

    public void Kill()
    {
        if (IsAlive)
        {
            Process.Kill();
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
