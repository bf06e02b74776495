using System.Text.Json.Serialization;

namespace k8s.Models;

// Namespaces, services, config maps, events and jobs.

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1Namespace : IKubernetesObject<V1ObjectMeta>, ISpec<V1NamespaceSpec>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "Namespace";
    public const string KubeGroup = "";
    public const string KubePluralName = "namespaces";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("spec")] public V1NamespaceSpec Spec { get; set; }
    [JsonPropertyName("status")] public V1NamespaceStatus Status { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1NamespaceList : IKubernetesObject<V1ListMeta>, IItems<V1Namespace>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "NamespaceList";
    public const string KubeGroup = "";
    public const string KubePluralName = "namespaces";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("items")] public IList<V1Namespace> Items { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
}

public partial record V1NamespaceSpec
{
    [JsonPropertyName("finalizers")] public IList<string> Finalizers { get; set; }
}

public partial record V1NamespaceStatus
{
    [JsonPropertyName("conditions")] public IList<V1NamespaceCondition> Conditions { get; set; }
    [JsonPropertyName("phase")] public string Phase { get; set; }
}

public partial record V1NamespaceCondition
{
    [JsonPropertyName("lastTransitionTime")] public DateTime? LastTransitionTime { get; set; }
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
    [JsonPropertyName("status")] public string Status { get; set; }
    [JsonPropertyName("type")] public string Type { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1Service : IKubernetesObject<V1ObjectMeta>, ISpec<V1ServiceSpec>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "Service";
    public const string KubeGroup = "";
    public const string KubePluralName = "services";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("spec")] public V1ServiceSpec Spec { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1ServiceList : IKubernetesObject<V1ListMeta>, IItems<V1Service>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "ServiceList";
    public const string KubeGroup = "";
    public const string KubePluralName = "services";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("items")] public IList<V1Service> Items { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
}

public partial record V1ServiceSpec
{
    [JsonPropertyName("allocateLoadBalancerNodePorts")] public bool? AllocateLoadBalancerNodePorts { get; set; }
    [JsonPropertyName("clusterIP")] public string ClusterIP { get; set; }
    [JsonPropertyName("clusterIPs")] public IList<string> ClusterIPs { get; set; }
    [JsonPropertyName("externalIPs")] public IList<string> ExternalIPs { get; set; }
    [JsonPropertyName("externalName")] public string ExternalName { get; set; }
    [JsonPropertyName("externalTrafficPolicy")] public string ExternalTrafficPolicy { get; set; }
    [JsonPropertyName("healthCheckNodePort")] public int? HealthCheckNodePort { get; set; }
    [JsonPropertyName("internalTrafficPolicy")] public string InternalTrafficPolicy { get; set; }
    [JsonPropertyName("ipFamilies")] public IList<string> IpFamilies { get; set; }
    [JsonPropertyName("ipFamilyPolicy")] public string IpFamilyPolicy { get; set; }
    [JsonPropertyName("loadBalancerClass")] public string LoadBalancerClass { get; set; }
    [JsonPropertyName("loadBalancerIP")] public string LoadBalancerIP { get; set; }
    [JsonPropertyName("loadBalancerSourceRanges")] public IList<string> LoadBalancerSourceRanges { get; set; }
    [JsonPropertyName("ports")] public IList<V1ServicePort> Ports { get; set; }
    [JsonPropertyName("publishNotReadyAddresses")] public bool? PublishNotReadyAddresses { get; set; }
    [JsonPropertyName("selector")] public IDictionary<string, string> Selector { get; set; }
    [JsonPropertyName("sessionAffinity")] public string SessionAffinity { get; set; }
    [JsonPropertyName("trafficDistribution")] public string TrafficDistribution { get; set; }
    [JsonPropertyName("type")] public string Type { get; set; }
}

public partial record V1ServicePort
{
    [JsonPropertyName("appProtocol")] public string AppProtocol { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("nodePort")] public int? NodePort { get; set; }
    [JsonPropertyName("port")] public int Port { get; set; }
    [JsonPropertyName("protocol")] public string Protocol { get; set; }
    [JsonPropertyName("targetPort")] public IntOrString TargetPort { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1ConfigMap : IKubernetesObject<V1ObjectMeta>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "ConfigMap";
    public const string KubeGroup = "";
    public const string KubePluralName = "configmaps";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("binaryData")] public IDictionary<string, byte[]> BinaryData { get; set; }
    [JsonPropertyName("data")] public IDictionary<string, string> Data { get; set; }
    [JsonPropertyName("immutable")] public bool? Immutable { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1ConfigMapList : IKubernetesObject<V1ListMeta>, IItems<V1ConfigMap>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "ConfigMapList";
    public const string KubeGroup = "";
    public const string KubePluralName = "configmaps";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("items")] public IList<V1ConfigMap> Items { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record Corev1Event : IKubernetesObject<V1ObjectMeta>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "Event";
    public const string KubeGroup = "";
    public const string KubePluralName = "events";

    [JsonPropertyName("action")] public string Action { get; set; }
    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("count")] public int? Count { get; set; }
    [JsonPropertyName("eventTime")] public DateTime? EventTime { get; set; }
    [JsonPropertyName("firstTimestamp")] public DateTime? FirstTimestamp { get; set; }
    [JsonPropertyName("involvedObject")] public V1ObjectReference InvolvedObject { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("lastTimestamp")] public DateTime? LastTimestamp { get; set; }
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
    [JsonPropertyName("related")] public V1ObjectReference Related { get; set; }
    [JsonPropertyName("reportingComponent")] public string ReportingComponent { get; set; }
    [JsonPropertyName("reportingInstance")] public string ReportingInstance { get; set; }
    [JsonPropertyName("series")] public Corev1EventSeries Series { get; set; }
    [JsonPropertyName("source")] public V1EventSource Source { get; set; }
    [JsonPropertyName("type")] public string Type { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record Corev1EventList : IKubernetesObject<V1ListMeta>, IItems<Corev1Event>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "EventList";
    public const string KubeGroup = "";
    public const string KubePluralName = "events";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("items")] public IList<Corev1Event> Items { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
}

public partial record Corev1EventSeries
{
    [JsonPropertyName("count")] public int? Count { get; set; }
    [JsonPropertyName("lastObservedTime")] public DateTime? LastObservedTime { get; set; }
}

public partial record V1EventSource
{
    [JsonPropertyName("component")] public string Component { get; set; }
    [JsonPropertyName("host")] public string Host { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1Job : IKubernetesObject<V1ObjectMeta>, ISpec<V1JobSpec>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "Job";
    public const string KubeGroup = "batch";
    public const string KubePluralName = "jobs";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("spec")] public V1JobSpec Spec { get; set; }
    [JsonPropertyName("status")] public V1JobStatus Status { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1JobList : IKubernetesObject<V1ListMeta>, IItems<V1Job>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "JobList";
    public const string KubeGroup = "batch";
    public const string KubePluralName = "jobs";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("items")] public IList<V1Job> Items { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
}

public partial record V1JobSpec
{
    [JsonPropertyName("activeDeadlineSeconds")] public long? ActiveDeadlineSeconds { get; set; }
    [JsonPropertyName("backoffLimit")] public int? BackoffLimit { get; set; }
    [JsonPropertyName("backoffLimitPerIndex")] public int? BackoffLimitPerIndex { get; set; }
    [JsonPropertyName("completionMode")] public string CompletionMode { get; set; }
    [JsonPropertyName("completions")] public int? Completions { get; set; }
    [JsonPropertyName("managedBy")] public string ManagedBy { get; set; }
    [JsonPropertyName("manualSelector")] public bool? ManualSelector { get; set; }
    [JsonPropertyName("maxFailedIndexes")] public int? MaxFailedIndexes { get; set; }
    [JsonPropertyName("parallelism")] public int? Parallelism { get; set; }
    [JsonPropertyName("podReplacementPolicy")] public string PodReplacementPolicy { get; set; }
    [JsonPropertyName("selector")] public V1LabelSelector Selector { get; set; }
    [JsonPropertyName("suspend")] public bool? Suspend { get; set; }
    [JsonPropertyName("template")] public V1PodTemplateSpec Template { get; set; }
    [JsonPropertyName("ttlSecondsAfterFinished")] public int? TtlSecondsAfterFinished { get; set; }
}

public partial record V1JobStatus
{
    [JsonPropertyName("active")] public int? Active { get; set; }
    [JsonPropertyName("completedIndexes")] public string CompletedIndexes { get; set; }
    [JsonPropertyName("completionTime")] public DateTime? CompletionTime { get; set; }
    [JsonPropertyName("conditions")] public IList<V1JobCondition> Conditions { get; set; }
    [JsonPropertyName("failed")] public int? Failed { get; set; }
    [JsonPropertyName("failedIndexes")] public string FailedIndexes { get; set; }
    [JsonPropertyName("ready")] public int? Ready { get; set; }
    [JsonPropertyName("startTime")] public DateTime? StartTime { get; set; }
    [JsonPropertyName("succeeded")] public int? Succeeded { get; set; }
    [JsonPropertyName("terminating")] public int? Terminating { get; set; }
}

public partial record V1JobCondition
{
    [JsonPropertyName("lastProbeTime")] public DateTime? LastProbeTime { get; set; }
    [JsonPropertyName("lastTransitionTime")] public DateTime? LastTransitionTime { get; set; }
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
    [JsonPropertyName("status")] public string Status { get; set; }
    [JsonPropertyName("type")] public string Type { get; set; }
}
