using Gateway.Backends;
using Gateway.Kubernetes.Client;
using Gateway.Kubernetes.JobsOut;
using Gateway.Kubernetes.Nodes;
using Gateway.Kubernetes.PodsIn;
using Gateway.Kubernetes.Watching;
using Gateway.Leadership;

namespace Gateway.Kubernetes.Hosting;

/// <summary>One cluster: an entry of "Kubernetes:Clusters". No secrets stand here: they are in the kubeconfig, or with the pod's service account.</summary>
internal sealed class ClusterSettings
{
    public const string DefaultSchedulerName = "orleans-scheduler";

    /// <summary>For logs, metrics and the lease; unique. Needed.</summary>
    public string Name { get; set; } = "";

    /// <summary>How its API is reached.</summary>
    public KubeApiOptions Api { get; set; } = new();

    /// <summary>
    /// Values of spec.schedulerName that mean us; the first stands on pods that we make. Default "orleans-scheduler".
    /// </summary>
    public IList<string> SchedulerNames { get; set; } = [];

    /// <summary>Tenant → the namespace of its REST jobs' pods. "*" stands for all others, with {tenant} in its namespace. A tenant without one is refused.</summary>
    public Dictionary<string, string> Namespaces { get; set; } = [];

    /// <summary>Pods that name us as their scheduler are taken in. Default true.</summary>
    public bool TakePods { get; set; } = true;

    /// <summary>Which lease says who leads, and where it is.</summary>
    public ClusterLeaseSettings Lease { get; set; } = new();

    /// <summary>How nodes become pools.</summary>
    public NodeMappingOptions Nodes { get; set; } = new();

    /// <summary>How nodes are acted on.</summary>
    public NodeActuatorOptions NodeActions { get; set; } = new();

    /// <summary>What pods of REST jobs may be.</summary>
    public PodSettings Pods { get; set; } = new();

    /// <summary>How pods of others are taken in.</summary>
    public PodsInOptions PodsIn { get; set; } = new();

    /// <summary>How pods are looked after.</summary>
    public KubernetesOptions Backend { get; set; } = new();

    public ReconcileOptions Reconcile { get; set; } = new();

    public InformerOptions Watching { get; set; } = new();

    /// <summary>Bindings under way at once. Default 64.</summary>
    public int BindsAtOnce { get; set; } = PodBinder.DefaultCallsAtOnce;

    /// <summary>When the cluster is not in step after so long, that is said, and said again so often. It is tried on meanwhile. Default 30 s.</summary>
    public TimeSpan ComplainAfter { get; set; } = TimeSpan.FromSeconds(30);

    internal IReadOnlyList<string> Names => SchedulerNames.Count > 0 ? [.. SchedulerNames] : [DefaultSchedulerName];

    /// <summary>Which pods are taken in, and whose they are, follows from what is set for all of the cluster, where it is not set for itself.</summary>
    internal PodsInOptions PodsInOrDefault
    {
        get
        {
            if (PodsIn.SchedulerNames.Count == 0)
            {
                PodsIn.SchedulerNames = [.. Names];
            }

            foreach (var (tenant, name) in Namespaces.Where(n => n.Key != TenantNamespaces.Others))
            {
                PodsIn.Tenants.TryAdd(name, tenant);
            }

            return PodsIn;
        }
    }

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        if (!Validation.Rules.IsName(Name))
        {
            yield return $"Name is \"{Name}\": it {Validation.Rules.NameRule}.";
        }

        foreach (var name in SchedulerNames.Where(n => !Validation.Rules.IsJobName(n) || n == "default-scheduler"))
        {
            yield return $"SchedulerNames has \"{name}\": {(name == "default-scheduler" ? "that is Kubernetes' own" : $"it {Validation.Rules.JobNameRule}")}.";
        }

        if (BindsAtOnce is < 1 or > 1024)
        {
            yield return $"BindsAtOnce is {BindsAtOnce}: set 1 to 1024.";
        }

        if (ComplainAfter <= TimeSpan.Zero || ComplainAfter > TimeSpan.FromHours(1))
        {
            yield return $"ComplainAfter is {ComplainAfter}: set a time above 0 and up to 1 hour.";
        }

        foreach (var error in TenantNamespaces.Errors(Namespaces).Concat(Lease.Errors()).Concat(Nodes.Errors()).Concat(NodeActions.Errors()).Concat(Pods.Errors()).Concat(PodsIn.Errors())
            .Concat(Api.Errors()).Concat(Backend.Errors()).Concat(Reconcile.Errors()).Concat(Watching.Errors()))
        {
            yield return error;
        }
    }
}
