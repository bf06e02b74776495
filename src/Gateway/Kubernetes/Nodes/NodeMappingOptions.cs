namespace Gateway.Kubernetes.Nodes;

/// <summary>How the nodes of one cluster become pools, blocks and racks. Of each list of keys the first label that a node carries counts.</summary>
internal sealed class NodeMappingOptions
{
    /// <summary>Only nodes with all of these labels are taken; an empty value: with that label, whatever its value. Default: all nodes.</summary>
    public Dictionary<string, string> Selector { get; set; } = [];

    /// <summary>Default: our own, then the agent pool as AKS, GKE and EKS name it (on Azure one InfiniBand fabric is one scale set).</summary>
    public IList<string> PoolKeys { get; set; } =
        [KubernetesKeys.Pool, "kubernetes.azure.com/agentpool", "agentpool", "cloud.google.com/gke-nodepool", "eks.amazonaws.com/nodegroup"];

    /// <summary>The pool of nodes without such a label. Default "main".</summary>
    public string DefaultPool { get; set; } = "main";

    /// <summary>Before the name of every pool: keeps the pools of several clusters apart. A pool belongs to the cluster whose prefix it has. Default: none.</summary>
    public string PoolPrefix { get; set; } = "";

    public IList<string> BlockKeys { get; set; } =
        [KubernetesKeys.Block, "network.topology.nvidia.com/spine", "cloud.google.com/gce-topology-block", "topology.k8s.aws/network-node-layer-2", "topology.kubernetes.io/zone"];

    /// <summary>Without such a label racks are made of nodes of one block and GPU model.</summary>
    public IList<string> RackKeys { get; set; } =
        [KubernetesKeys.Rack, "network.topology.nvidia.com/leaf", "cloud.google.com/gce-topology-subblock", "topology.k8s.aws/network-node-layer-3", "nvidia.com/gpu.clique"];

    /// <summary>The NVLink domain within the rack.</summary>
    public IList<string> DomainKeys { get; set; } = [KubernetesKeys.Domain, "nvidia.com/gpu.clique"];

    public IList<string> ModelKeys { get; set; } = ["nvidia.com/gpu.product", "amd.com/gpu.product-name", "cloud.google.com/gke-accelerator"];

    /// <summary>Taints whose value names the one team that may come, whatever tolerations say.</summary>
    public IList<string> TeamKeys { get; set; } = [KubernetesKeys.Team];

    /// <summary>Our name of a GPU model where the label's is not made into the right one: "NVIDIA-H100-PCIe" → "H100-PCIe".</summary>
    public Dictionary<string, string> GpuModels { get; set; } = [];

    /// <summary>Beginnings of labels that no job asks for; they are not kept. Default: what hardware discovery counts, and old twins of other labels.</summary>
    public IList<string> IgnoredLabels { get; set; } =
        ["feature.node.kubernetes.io/", "beta.kubernetes.io/", "failure-domain.beta.kubernetes.io/", "nvidia.com/gfd.", "nvidia.com/gpu.deploy.", "nvidia.com/mig.config.state"];

    /// <summary>Taints that keep nobody away who is let in by what it asks for. Default: those of GPU nodes.</summary>
    public IList<string> IgnoredTaints { get; set; } = ["nvidia.com/gpu", "amd.com/gpu"];

    /// <summary>Beginnings of taints by which somebody holds a node out; nobody tolerates them. Default: Kubernetes' own, the cloud's, the autoscalers'.</summary>
    public IList<string> HoldingTaints { get; set; } =
        ["node.kubernetes.io/", "node.cloudprovider.kubernetes.io/", "ToBeDeletedByClusterAutoscaler", "karpenter.sh/"];

    /// <summary>Nodes in a rack that we make; racks that labels name have up to 64. Default 32.</summary>
    public int RackSize { get; set; } = 32;

    /// <summary>Every node has to pass preflight before it takes work. Without it only those that join with our taint. Default: off.</summary>
    public bool Preflight { get; set; }

    /// <summary>What pods of others ask for is counted in steps of so many thousandths of a core, rounded up. Default 500.</summary>
    public int CpuStepMilli { get; set; } = 500;

    /// <summary>And of so many MiB. Default 512.</summary>
    public int MemoryStepMiB { get; set; } = 512;

    /// <summary>When pods of others ask for less, that counts after so long. Default 5 min.</summary>
    public TimeSpan LowerAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A node that shows fewer GPUs takes no work at once, and has lost them after so long: device plugins restart. Default 2 min.</summary>
    public TimeSpan FewerGpusAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>A node that was not ready twice within this is believed to be ready only when it has been so for a while. Default 10 min.</summary>
    public TimeSpan FlapWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>That while, the first time; then twice as long each time, up to <see cref="FlapWindow"/>. Default 30 s.</summary>
    public TimeSpan SteadyFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        (string Name, int Value, int Most)[] counts = [(nameof(RackSize), RackSize, 64), (nameof(CpuStepMilli), CpuStepMilli, 1_000_000), (nameof(MemoryStepMiB), MemoryStepMiB, 1_000_000)];
        foreach (var (name, value, most) in counts.Where(c => c.Value < 1 || c.Value > c.Most))
        {
            yield return $"Nodes.{name} is {value}: set 1 to {most}.";
        }

        (string Name, TimeSpan Value)[] times =
            [(nameof(LowerAfter), LowerAfter), (nameof(FewerGpusAfter), FewerGpusAfter), (nameof(FlapWindow), FlapWindow), (nameof(SteadyFor), SteadyFor)];
        foreach (var (name, value) in times.Where(t => t.Value < TimeSpan.Zero || t.Value > TimeSpan.FromDays(1)))
        {
            yield return $"Nodes.{name} is {value}: set a time of 0 up to 1 day.";
        }

        if (NodeNames.Plain(DefaultPool) != DefaultPool || (PoolPrefix.Length > 0 && NodeNames.Plain(PoolPrefix + "a") != PoolPrefix + "a") || PoolPrefix.Length > 20)
        {
            yield return $"Nodes.DefaultPool is \"{DefaultPool}\" and Nodes.PoolPrefix \"{PoolPrefix}\": write lower-case letters, digits and '-', at most 20 for the prefix.";
        }
    }
}
