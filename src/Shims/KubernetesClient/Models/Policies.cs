using System.Text.Json.Serialization;

namespace k8s.Models;

// Leases, disruption budgets and evictions.

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1Lease : IKubernetesObject<V1ObjectMeta>, ISpec<V1LeaseSpec>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "Lease";
    public const string KubeGroup = "coordination.k8s.io";
    public const string KubePluralName = "leases";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("spec")] public V1LeaseSpec Spec { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1LeaseList : IKubernetesObject<V1ListMeta>, IItems<V1Lease>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "LeaseList";
    public const string KubeGroup = "coordination.k8s.io";
    public const string KubePluralName = "leases";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("items")] public IList<V1Lease> Items { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
}

public partial record V1LeaseSpec
{
    [JsonPropertyName("acquireTime")] public DateTime? AcquireTime { get; set; }
    [JsonPropertyName("holderIdentity")] public string HolderIdentity { get; set; }
    [JsonPropertyName("leaseDurationSeconds")] public int? LeaseDurationSeconds { get; set; }
    [JsonPropertyName("leaseTransitions")] public int? LeaseTransitions { get; set; }
    [JsonPropertyName("preferredHolder")] public string PreferredHolder { get; set; }
    [JsonPropertyName("renewTime")] public DateTime? RenewTime { get; set; }
    [JsonPropertyName("strategy")] public string Strategy { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1Eviction : IKubernetesObject<V1ObjectMeta>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "Eviction";
    public const string KubeGroup = "policy";
    public const string KubePluralName = "";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("deleteOptions")] public V1DeleteOptions DeleteOptions { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1PodDisruptionBudget : IKubernetesObject<V1ObjectMeta>, ISpec<V1PodDisruptionBudgetSpec>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "PodDisruptionBudget";
    public const string KubeGroup = "policy";
    public const string KubePluralName = "poddisruptionbudgets";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("spec")] public V1PodDisruptionBudgetSpec Spec { get; set; }
    [JsonPropertyName("status")] public V1PodDisruptionBudgetStatus Status { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1PodDisruptionBudgetList : IKubernetesObject<V1ListMeta>, IItems<V1PodDisruptionBudget>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "PodDisruptionBudgetList";
    public const string KubeGroup = "policy";
    public const string KubePluralName = "poddisruptionbudgets";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("items")] public IList<V1PodDisruptionBudget> Items { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
}

public partial record V1PodDisruptionBudgetSpec
{
    [JsonPropertyName("maxUnavailable")] public IntOrString MaxUnavailable { get; set; }
    [JsonPropertyName("minAvailable")] public IntOrString MinAvailable { get; set; }
    [JsonPropertyName("selector")] public V1LabelSelector Selector { get; set; }
    [JsonPropertyName("unhealthyPodEvictionPolicy")] public string UnhealthyPodEvictionPolicy { get; set; }
}

public partial record V1PodDisruptionBudgetStatus
{
    [JsonPropertyName("conditions")] public IList<V1Condition> Conditions { get; set; }
    [JsonPropertyName("currentHealthy")] public int? CurrentHealthy { get; set; }
    [JsonPropertyName("desiredHealthy")] public int? DesiredHealthy { get; set; }
    [JsonPropertyName("disruptedPods")] public IDictionary<string, DateTime?> DisruptedPods { get; set; }
    [JsonPropertyName("disruptionsAllowed")] public int? DisruptionsAllowed { get; set; }
    [JsonPropertyName("expectedPods")] public int? ExpectedPods { get; set; }
    [JsonPropertyName("observedGeneration")] public long? ObservedGeneration { get; set; }
}
