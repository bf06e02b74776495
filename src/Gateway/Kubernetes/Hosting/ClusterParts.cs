using Gateway.Backends;
using Gateway.Kubernetes.Client;
using Gateway.Kubernetes.JobsOut;
using Gateway.Kubernetes.Nodes;
using Gateway.Kubernetes.PodsIn;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.Hosting;

/// <summary>Everything that serves one cluster, put together. Nothing is called before it runs.</summary>
internal sealed class ClusterParts : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    /// <exception cref="k8s.Exceptions.KubeConfigException">How the cluster is reached cannot be read.</exception>
    public ClusterParts(ClusterSettings settings, ClusterServices services, Random random, string identityEnding)
    {
        var (grains, feed, time, loggers) = (services.Grains, services.Feed, services.Time, services.Loggers);
        var client = Own(KubeClients.Create(settings.Api, new CallMeter(settings.Name, services.Instruments)));
        Api = new KubeApi(settings.Name, client, settings.Api, time);
        var pods = new Informer<V1Pod>(ListWatch.Pods(client), settings.Watching, services.Watching, time, new Random(random.Next()), loggers.CreateLogger<Informer<V1Pod>>(), settings.Name);
        var nodes = new Informer<V1Node>(ListWatch.Nodes(client), settings.Watching, services.Watching, time, new Random(random.Next()), loggers.CreateLogger<Informer<V1Node>>(), settings.Name);
        Watched = [("pods", pods.Run, () => pods.LastHeard), ("nodes", nodes.Run, () => nodes.LastHeard)];

        // 1. Who acts.
        Leader = new LeaseHolder(
            new KubeLeaseStore(Api, settings.Lease.NamespaceOr(Environment.GetEnvironmentVariable)), settings.Lease.Name,
            settings.Lease.IdentityOf(Environment.GetEnvironmentVariable, Environment.MachineName, identityEnding), settings.Lease.Timing, time, loggers.CreateLogger<LeaseHolder>());
        services.Instruments.OnLeader(settings.Name, Leader);

        // 2. Machines. What is not counted as our workers' counts as others'.
        var names = settings.Names.ToHashSet(StringComparer.Ordinal);
        bool IsOurs(V1Pod pod) => pod.Spec?.SchedulerName is { } name && names.Contains(name);
        var (nodeView, podView) = (nodes.View(NodeConverter.ToNode), pods.View(p => NodeConverter.ToPod(p, IsOurs)));
        InStep = Task.WhenAll(nodeView.WhenSynced, podView.WhenSynced);
        var (drains, known) = (new DrainWatch(), new GrainKnownRacks(grains));
        var source = Own(new KubernetesNodeSource(settings.Name, nodeView, podView, known, settings.Nodes, drains, Leader, time));
        var claimed = new ClaimingNodeSource(source, services.Claims, loggers.CreateLogger<ClaimingNodeSource>());
        var actuator = Own(new NodeActuator(
            source, nodeView, new KubernetesNodeCluster(Api), new GrainNodeIntents(grains, known), drains, Leader, settings.NodeActions, time, loggers.CreateLogger<NodeActuator>()));
        var nodeReconciler = Own(new NodeReconciler(claimed, services.Sink, settings.Reconcile, time, loggers.CreateLogger<NodeReconciler>(), Leader));

        // 3. Workers: those that we make, and those that others made.
        Namespaces = new TenantNamespaces(settings.Namespaces);
        var binder = new PodBinder(Api, settings.BindsAtOnce);
        var workerNodes = new GrainWorkerNodes(grains);
        var own = Own(new KubeCluster(
            Api, pods, binder, new PodBuilder(settings.Pods, Namespaces, settings.Backend.StopGrace), new KubeClusterOptions { SchedulerName = settings.Names[0] }, time));
        Services = new GangServices(Api, Namespaces);
        Pods = own;
        IWatchedBackend backend = new KubernetesBackend(own, claimed, workerNodes, feed, Leader, settings.Backend, time, loggers.CreateLogger<KubernetesBackend>(), Services);
        PodsInRuntime? guests = null;
        if (settings.TakePods)
        {
            guests = Own(new PodsInRuntime(
                Api, binder, pods, grains, feed, workerNodes, services.Index, Leader, () => services.Claims.Of(settings.Name), settings.PodsInOrDefault, settings.Nodes.IgnoredLabels, settings.Backend, time, loggers));
            backend = guests.Over(backend);
        }

        var workloads = Own(new WorkloadReconciler(backend, feed, settings.Reconcile, time, loggers.CreateLogger<WorkloadReconciler>(), Leader));
        Acting = [("leadership", Leader.Run), ("nodes", nodeReconciler.Run), ("node actions", actuator.Run), ("workers", workloads.Run)];
        if (guests is not null)
        {
            Acting.Add(("pods in", guests.Run));
        }
    }

    public KubeApi Api { get; }

    public LeaseHolder Leader { get; }

    public IPodCluster Pods { get; }

    public GangServices Services { get; }

    public TenantNamespaces Namespaces { get; }

    /// <summary>What is watched, with when the cluster last said something of it.</summary>
    public IReadOnlyList<(string Name, Func<CancellationToken, Task> Run, Func<DateTimeOffset> LastHeard)> Watched { get; }

    /// <summary>All that is watched has been listed once.</summary>
    public Task InStep { get; }

    /// <summary>Begun once <see cref="InStep"/>.</summary>
    public List<(string Name, Func<CancellationToken, Task> Run)> Acting { get; }

    public void Dispose()
    {
        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            _owned[i].Dispose();
        }
    }

    private T Own<T>(T part) where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }
}
