using System.Text.Json.Serialization;

namespace k8s.Models;

// Nodes.

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1Node : IKubernetesObject<V1ObjectMeta>, ISpec<V1NodeSpec>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "Node";
    public const string KubeGroup = "";
    public const string KubePluralName = "nodes";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("spec")] public V1NodeSpec Spec { get; set; }
    [JsonPropertyName("status")] public V1NodeStatus Status { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1NodeList : IKubernetesObject<V1ListMeta>, IItems<V1Node>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "NodeList";
    public const string KubeGroup = "";
    public const string KubePluralName = "nodes";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("items")] public IList<V1Node> Items { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
}

public partial record V1NodeSpec
{
    [JsonPropertyName("externalID")] public string ExternalID { get; set; }
    [JsonPropertyName("podCIDR")] public string PodCIDR { get; set; }
    [JsonPropertyName("podCIDRs")] public IList<string> PodCIDRs { get; set; }
    [JsonPropertyName("providerID")] public string ProviderID { get; set; }
    [JsonPropertyName("taints")] public IList<V1Taint> Taints { get; set; }
    [JsonPropertyName("unschedulable")] public bool? Unschedulable { get; set; }
}

public partial record V1NodeStatus
{
    [JsonPropertyName("addresses")] public IList<V1NodeAddress> Addresses { get; set; }
    [JsonPropertyName("allocatable")] public IDictionary<string, ResourceQuantity> Allocatable { get; set; }
    [JsonPropertyName("capacity")] public IDictionary<string, ResourceQuantity> Capacity { get; set; }
    [JsonPropertyName("conditions")] public IList<V1NodeCondition> Conditions { get; set; }
    [JsonPropertyName("declaredFeatures")] public IList<string> DeclaredFeatures { get; set; }
    [JsonPropertyName("nodeInfo")] public V1NodeSystemInfo NodeInfo { get; set; }
    [JsonPropertyName("phase")] public string Phase { get; set; }
    [JsonPropertyName("volumesInUse")] public IList<string> VolumesInUse { get; set; }
}

public partial record V1NodeAddress
{
    [JsonPropertyName("address")] public string Address { get; set; }
    [JsonPropertyName("type")] public string Type { get; set; }
}

public partial record V1NodeCondition
{
    [JsonPropertyName("lastHeartbeatTime")] public DateTime? LastHeartbeatTime { get; set; }
    [JsonPropertyName("lastTransitionTime")] public DateTime? LastTransitionTime { get; set; }
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
    [JsonPropertyName("status")] public string Status { get; set; }
    [JsonPropertyName("type")] public string Type { get; set; }
}

public partial record V1NodeSystemInfo
{
    [JsonPropertyName("architecture")] public string Architecture { get; set; }
    [JsonPropertyName("bootID")] public string BootID { get; set; }
    [JsonPropertyName("containerRuntimeVersion")] public string ContainerRuntimeVersion { get; set; }
    [JsonPropertyName("kernelVersion")] public string KernelVersion { get; set; }
    [JsonPropertyName("kubeProxyVersion")] public string KubeProxyVersion { get; set; }
    [JsonPropertyName("kubeletVersion")] public string KubeletVersion { get; set; }
    [JsonPropertyName("machineID")] public string MachineID { get; set; }
    [JsonPropertyName("operatingSystem")] public string OperatingSystem { get; set; }
    [JsonPropertyName("osImage")] public string OsImage { get; set; }
    [JsonPropertyName("runningInUserNamespace")] public bool? RunningInUserNamespace { get; set; }
    [JsonPropertyName("systemUUID")] public string SystemUUID { get; set; }
}

public partial record V1Taint
{
    [JsonPropertyName("effect")] public string Effect { get; set; }
    [JsonPropertyName("key")] public string Key { get; set; }
    [JsonPropertyName("timeAdded")] public DateTime? TimeAdded { get; set; }
    [JsonPropertyName("value")] public string Value { get; set; }
}
