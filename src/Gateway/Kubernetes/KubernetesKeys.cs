namespace Gateway.Kubernetes;

/// <summary>The keys that are ours on objects of a cluster: labels, annotations, taints and conditions begin with this.</summary>
internal static class KubernetesKeys
{
    public const string Prefix = "orleans.scheduler/";

    /// <summary>Whose fields they are that we write.</summary>
    public const string FieldManager = "orleans-scheduler";

    /// <summary>Annotation: the epoch of the leader that changed the object last.</summary>
    public const string Epoch = Prefix + "epoch";

    /// <summary>Labels of a node: its pool, network block and rack, and its NVLink domain within the rack.</summary>
    public const string Pool = Prefix + "pool";
    public const string Block = Prefix + "block";
    public const string Rack = Prefix + "rack";
    public const string Domain = Prefix + "domain";

    /// <summary>Label of a node: its GPU model, where no other label says it.</summary>
    public const string GpuModel = Prefix + "gpu-model";

    /// <summary>Label of a node: how many nodes of its rack are held back as spares.</summary>
    public const string Spares = Prefix + "spares";

    /// <summary>Taint: the node is for the workers of one team alone; its value is the tenant.</summary>
    public const string Team = Prefix + "team";

    /// <summary>Taint that we put on a node which an operator holds out; its value says how: cordoned, draining, drained.</summary>
    public const string HeldOut = Prefix + "held-out";

    /// <summary>Taint of a node that has not passed preflight since it started; its value is pending or failed.</summary>
    public const string Preflight = Prefix + "preflight";

    /// <summary>Annotations of a node: it passed preflight, or failed it, in this boot. The value begins with the boot id; why may follow a space.</summary>
    public const string PreflightPassed = Prefix + "preflight-passed";
    public const string PreflightFailed = Prefix + "preflight-failed";

    /// <summary>Annotations of a node: its physical host, and the serial numbers of its GPUs with commas between, as an agent on it says.</summary>
    public const string Host = Prefix + "physical-host";
    public const string GpuSerials = Prefix + "gpu-serials";
}
