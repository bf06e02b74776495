namespace Gateway.Kubernetes.JobsOut;

/// <summary>What pods of REST jobs may be, and are besides what the job says: one cluster's settings.</summary>
public sealed class PodSettings
{
    /// <summary>The extended resource that whole GPUs are. "nvidia.com/gpu".</summary>
    public string GpuResource { get; set; } = "nvidia.com/gpu";

    /// <summary>What a GPU's part is, before its MIG profile. "nvidia.com/mig-".</summary>
    public string MigPrefix { get; set; } = "nvidia.com/mig-";

    /// <summary>The resource of which a worker with less than a GPU gets one, where GPUs are shared; empty: such jobs are refused. Empty.</summary>
    public string SharedGpuResource { get; set; } = "";

    /// <summary>Service accounts that jobs may name. None.</summary>
    public IList<string> ServiceAccounts { get; set; } = [];

    /// <summary>Capabilities that jobs may add, such as IPC_LOCK. None.</summary>
    public IList<string> Capabilities { get; set; } = [];

    /// <summary>Devices that jobs may ask for, such as rdma/hca: counted by extendedResources, or uncounted by container.devices. None.</summary>
    public IList<string> Devices { get; set; } = [];

    /// <summary>Images must begin with one of these; none: any image.</summary>
    public IList<string> ImagePrefixes { get; set; } = [];

    /// <summary>Jobs may use the node's network, as some RDMA set-ups need. Off.</summary>
    public bool AllowHostNetwork { get; set; }

    /// <summary>Priority class of all pods; empty: none. Empty.</summary>
    public string PriorityClass { get; set; } = "";

    /// <summary>Runtime class of all pods; empty: none. Empty.</summary>
    public string RuntimeClass { get; set; } = "";

    /// <summary>Tolerations of all pods, as key=value:Effect, key:Effect or key. Those of the job's roles come besides.</summary>
    public IList<string> Tolerations { get; set; } = [];

    /// <summary>The port of rank 0 that MASTER_PORT says, unless the job says another. 29500.</summary>
    public int MasterPort { get; set; } = 29_500;

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        if (MasterPort is < 1 or > 65535)
        {
            yield return $"Pods:MasterPort is {MasterPort}: set 1 to 65535.";
        }

        (string Name, string Value)[] resources = [(nameof(GpuResource), GpuResource), (nameof(SharedGpuResource), SharedGpuResource), .. Devices.Select(d => (nameof(Devices), d))];
        foreach (var (name, value) in resources.Where(r => !(r.Value.Length == 0 && r.Name == nameof(SharedGpuResource)) && (!Validation.Rules.IsLabelKey(r.Value) || !r.Value.Contains('/', StringComparison.Ordinal))))
        {
            yield return $"Pods:{name} is \"{value}\": name an extended resource, such as nvidia.com/gpu.";
        }

        foreach (var text in Tolerations.Where(t => PodTolerations.Parse(t) is null))
        {
            yield return $"Pods:Tolerations has \"{text}\": write key=value:Effect, key:Effect or key; the effect is NoSchedule, PreferNoSchedule or NoExecute.";
        }
    }
}
