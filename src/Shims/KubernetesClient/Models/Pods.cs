using System.Text.Json.Serialization;

namespace k8s.Models;

// Pods, as far as a scheduler looks at them.

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1Pod : IKubernetesObject<V1ObjectMeta>, ISpec<V1PodSpec>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "Pod";
    public const string KubeGroup = "";
    public const string KubePluralName = "pods";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("spec")] public V1PodSpec Spec { get; set; }
    [JsonPropertyName("status")] public V1PodStatus Status { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1PodList : IKubernetesObject<V1ListMeta>, IItems<V1Pod>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "PodList";
    public const string KubeGroup = "";
    public const string KubePluralName = "pods";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("items")] public IList<V1Pod> Items { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
}

public partial record V1PodSpec
{
    [JsonPropertyName("activeDeadlineSeconds")] public long? ActiveDeadlineSeconds { get; set; }
    [JsonPropertyName("affinity")] public V1Affinity Affinity { get; set; }
    [JsonPropertyName("automountServiceAccountToken")] public bool? AutomountServiceAccountToken { get; set; }
    [JsonPropertyName("containers")] public IList<V1Container> Containers { get; set; }
    [JsonPropertyName("dnsPolicy")] public string DnsPolicy { get; set; }
    [JsonPropertyName("enableServiceLinks")] public bool? EnableServiceLinks { get; set; }
    [JsonPropertyName("hostAliases")] public IList<V1HostAlias> HostAliases { get; set; }
    [JsonPropertyName("hostIPC")] public bool? HostIPC { get; set; }
    [JsonPropertyName("hostNetwork")] public bool? HostNetwork { get; set; }
    [JsonPropertyName("hostPID")] public bool? HostPID { get; set; }
    [JsonPropertyName("hostUsers")] public bool? HostUsers { get; set; }
    [JsonPropertyName("hostname")] public string Hostname { get; set; }
    [JsonPropertyName("hostnameOverride")] public string HostnameOverride { get; set; }
    [JsonPropertyName("imagePullSecrets")] public IList<V1LocalObjectReference> ImagePullSecrets { get; set; }
    [JsonPropertyName("initContainers")] public IList<V1Container> InitContainers { get; set; }
    [JsonPropertyName("nodeName")] public string NodeName { get; set; }
    [JsonPropertyName("nodeSelector")] public IDictionary<string, string> NodeSelector { get; set; }
    [JsonPropertyName("os")] public V1PodOS Os { get; set; }
    [JsonPropertyName("overhead")] public IDictionary<string, ResourceQuantity> Overhead { get; set; }
    [JsonPropertyName("preemptionPolicy")] public string PreemptionPolicy { get; set; }
    [JsonPropertyName("priority")] public int? Priority { get; set; }
    [JsonPropertyName("priorityClassName")] public string PriorityClassName { get; set; }
    [JsonPropertyName("readinessGates")] public IList<V1PodReadinessGate> ReadinessGates { get; set; }
    [JsonPropertyName("resourceClaims")] public IList<V1PodResourceClaim> ResourceClaims { get; set; }
    [JsonPropertyName("resources")] public V1ResourceRequirements Resources { get; set; }
    [JsonPropertyName("restartPolicy")] public string RestartPolicy { get; set; }
    [JsonPropertyName("runtimeClassName")] public string RuntimeClassName { get; set; }
    [JsonPropertyName("schedulerName")] public string SchedulerName { get; set; }
    [JsonPropertyName("schedulingGates")] public IList<V1PodSchedulingGate> SchedulingGates { get; set; }
    [JsonPropertyName("schedulingGroup")] public V1PodSchedulingGroup SchedulingGroup { get; set; }
    [JsonPropertyName("securityContext")] public V1PodSecurityContext SecurityContext { get; set; }
    [JsonPropertyName("serviceAccount")] public string ServiceAccount { get; set; }
    [JsonPropertyName("serviceAccountName")] public string ServiceAccountName { get; set; }
    [JsonPropertyName("setHostnameAsFQDN")] public bool? SetHostnameAsFQDN { get; set; }
    [JsonPropertyName("shareProcessNamespace")] public bool? ShareProcessNamespace { get; set; }
    [JsonPropertyName("subdomain")] public string Subdomain { get; set; }
    [JsonPropertyName("terminationGracePeriodSeconds")] public long? TerminationGracePeriodSeconds { get; set; }
    [JsonPropertyName("tolerations")] public IList<V1Toleration> Tolerations { get; set; }
    [JsonPropertyName("topologySpreadConstraints")] public IList<V1TopologySpreadConstraint> TopologySpreadConstraints { get; set; }
    [JsonPropertyName("volumes")] public IList<V1Volume> Volumes { get; set; }
}

public partial record V1PodStatus
{
    [JsonPropertyName("allocatedResources")] public IDictionary<string, ResourceQuantity> AllocatedResources { get; set; }
    [JsonPropertyName("conditions")] public IList<V1PodCondition> Conditions { get; set; }
    [JsonPropertyName("containerStatuses")] public IList<V1ContainerStatus> ContainerStatuses { get; set; }
    [JsonPropertyName("ephemeralContainerStatuses")] public IList<V1ContainerStatus> EphemeralContainerStatuses { get; set; }
    [JsonPropertyName("hostIP")] public string HostIP { get; set; }
    [JsonPropertyName("hostIPs")] public IList<V1HostIP> HostIPs { get; set; }
    [JsonPropertyName("initContainerStatuses")] public IList<V1ContainerStatus> InitContainerStatuses { get; set; }
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("nominatedNodeName")] public string NominatedNodeName { get; set; }
    [JsonPropertyName("observedGeneration")] public long? ObservedGeneration { get; set; }
    [JsonPropertyName("phase")] public string Phase { get; set; }
    [JsonPropertyName("podIP")] public string PodIP { get; set; }
    [JsonPropertyName("podIPs")] public IList<V1PodIP> PodIPs { get; set; }
    [JsonPropertyName("qosClass")] public string QosClass { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
    [JsonPropertyName("resize")] public string Resize { get; set; }
    [JsonPropertyName("resources")] public V1ResourceRequirements Resources { get; set; }
    [JsonPropertyName("startTime")] public DateTime? StartTime { get; set; }
}

public partial record V1PodCondition
{
    [JsonPropertyName("lastProbeTime")] public DateTime? LastProbeTime { get; set; }
    [JsonPropertyName("lastTransitionTime")] public DateTime? LastTransitionTime { get; set; }
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("observedGeneration")] public long? ObservedGeneration { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
    [JsonPropertyName("status")] public string Status { get; set; }
    [JsonPropertyName("type")] public string Type { get; set; }
}

public partial record V1PodIP
{
    [JsonPropertyName("ip")] public string Ip { get; set; }
}

public partial record V1HostIP
{
    [JsonPropertyName("ip")] public string Ip { get; set; }
}

public partial record V1PodOS
{
    [JsonPropertyName("name")] public string Name { get; set; }
}

public partial record V1PodReadinessGate
{
    [JsonPropertyName("conditionType")] public string ConditionType { get; set; }
}

public partial record V1PodSchedulingGate
{
    [JsonPropertyName("name")] public string Name { get; set; }
}

public partial record V1PodSchedulingGroup
{
    [JsonPropertyName("podGroupName")] public string PodGroupName { get; set; }
}

public partial record V1PodResourceClaim
{
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("resourceClaimName")] public string ResourceClaimName { get; set; }
    [JsonPropertyName("resourceClaimTemplateName")] public string ResourceClaimTemplateName { get; set; }
}

public partial record V1PodTemplateSpec : IMetadata<V1ObjectMeta>
{
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("spec")] public V1PodSpec Spec { get; set; }
}

public partial record V1HostAlias
{
    [JsonPropertyName("hostnames")] public IList<string> Hostnames { get; set; }
    [JsonPropertyName("ip")] public string Ip { get; set; }
}

public partial record V1LocalObjectReference
{
    [JsonPropertyName("name")] public string Name { get; set; }
}
