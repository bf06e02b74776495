using System.Text.Json.Serialization;

namespace k8s.Models;

// Where a pod may go.

public partial record V1Affinity
{
    [JsonPropertyName("nodeAffinity")] public V1NodeAffinity NodeAffinity { get; set; }
    [JsonPropertyName("podAffinity")] public V1PodAffinity PodAffinity { get; set; }
    [JsonPropertyName("podAntiAffinity")] public V1PodAntiAffinity PodAntiAffinity { get; set; }
}

public partial record V1NodeAffinity
{
    [JsonPropertyName("preferredDuringSchedulingIgnoredDuringExecution")] public IList<V1PreferredSchedulingTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")] public V1NodeSelector RequiredDuringSchedulingIgnoredDuringExecution { get; set; }
}

public partial record V1PreferredSchedulingTerm
{
    [JsonPropertyName("preference")] public V1NodeSelectorTerm Preference { get; set; }
    [JsonPropertyName("weight")] public int Weight { get; set; }
}

public partial record V1NodeSelector
{
    [JsonPropertyName("nodeSelectorTerms")] public IList<V1NodeSelectorTerm> NodeSelectorTerms { get; set; }
}

public partial record V1NodeSelectorTerm
{
    [JsonPropertyName("matchExpressions")] public IList<V1NodeSelectorRequirement> MatchExpressions { get; set; }
    [JsonPropertyName("matchFields")] public IList<V1NodeSelectorRequirement> MatchFields { get; set; }
}

public partial record V1NodeSelectorRequirement
{
    [JsonPropertyName("key")] public string Key { get; set; }
    [JsonPropertyName("operator")] public string OperatorProperty { get; set; }
    [JsonPropertyName("values")] public IList<string> Values { get; set; }
}

public partial record V1PodAffinity
{
    [JsonPropertyName("preferredDuringSchedulingIgnoredDuringExecution")] public IList<V1WeightedPodAffinityTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")] public IList<V1PodAffinityTerm> RequiredDuringSchedulingIgnoredDuringExecution { get; set; }
}

public partial record V1PodAntiAffinity
{
    [JsonPropertyName("preferredDuringSchedulingIgnoredDuringExecution")] public IList<V1WeightedPodAffinityTerm> PreferredDuringSchedulingIgnoredDuringExecution { get; set; }
    [JsonPropertyName("requiredDuringSchedulingIgnoredDuringExecution")] public IList<V1PodAffinityTerm> RequiredDuringSchedulingIgnoredDuringExecution { get; set; }
}

public partial record V1PodAffinityTerm
{
    [JsonPropertyName("labelSelector")] public V1LabelSelector LabelSelector { get; set; }
    [JsonPropertyName("matchLabelKeys")] public IList<string> MatchLabelKeys { get; set; }
    [JsonPropertyName("mismatchLabelKeys")] public IList<string> MismatchLabelKeys { get; set; }
    [JsonPropertyName("namespaceSelector")] public V1LabelSelector NamespaceSelector { get; set; }
    [JsonPropertyName("namespaces")] public IList<string> Namespaces { get; set; }
    [JsonPropertyName("topologyKey")] public string TopologyKey { get; set; }
}

public partial record V1WeightedPodAffinityTerm
{
    [JsonPropertyName("podAffinityTerm")] public V1PodAffinityTerm PodAffinityTerm { get; set; }
    [JsonPropertyName("weight")] public int Weight { get; set; }
}

public partial record V1LabelSelector
{
    [JsonPropertyName("matchExpressions")] public IList<V1LabelSelectorRequirement> MatchExpressions { get; set; }
    [JsonPropertyName("matchLabels")] public IDictionary<string, string> MatchLabels { get; set; }
}

public partial record V1LabelSelectorRequirement
{
    [JsonPropertyName("key")] public string Key { get; set; }
    [JsonPropertyName("operator")] public string OperatorProperty { get; set; }
    [JsonPropertyName("values")] public IList<string> Values { get; set; }
}

public partial record V1Toleration
{
    [JsonPropertyName("effect")] public string Effect { get; set; }
    [JsonPropertyName("key")] public string Key { get; set; }
    [JsonPropertyName("operator")] public string OperatorProperty { get; set; }
    [JsonPropertyName("tolerationSeconds")] public long? TolerationSeconds { get; set; }
    [JsonPropertyName("value")] public string Value { get; set; }
}

public partial record V1TopologySpreadConstraint
{
    [JsonPropertyName("labelSelector")] public V1LabelSelector LabelSelector { get; set; }
    [JsonPropertyName("matchLabelKeys")] public IList<string> MatchLabelKeys { get; set; }
    [JsonPropertyName("maxSkew")] public int MaxSkew { get; set; }
    [JsonPropertyName("minDomains")] public int? MinDomains { get; set; }
    [JsonPropertyName("nodeAffinityPolicy")] public string NodeAffinityPolicy { get; set; }
    [JsonPropertyName("nodeTaintsPolicy")] public string NodeTaintsPolicy { get; set; }
    [JsonPropertyName("topologyKey")] public string TopologyKey { get; set; }
    [JsonPropertyName("whenUnsatisfiable")] public string WhenUnsatisfiable { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1Binding : IKubernetesObject<V1ObjectMeta>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "Binding";
    public const string KubeGroup = "";
    public const string KubePluralName = "";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("target")] public V1ObjectReference Target { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1PriorityClass : IKubernetesObject<V1ObjectMeta>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "PriorityClass";
    public const string KubeGroup = "scheduling.k8s.io";
    public const string KubePluralName = "priorityclasses";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("description")] public string Description { get; set; }
    [JsonPropertyName("globalDefault")] public bool? GlobalDefault { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ObjectMeta Metadata { get; set; }
    [JsonPropertyName("preemptionPolicy")] public string PreemptionPolicy { get; set; }
    [JsonPropertyName("value")] public int? Value { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1PriorityClassList : IKubernetesObject<V1ListMeta>, IItems<V1PriorityClass>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "PriorityClassList";
    public const string KubeGroup = "scheduling.k8s.io";
    public const string KubePluralName = "priorityclasses";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("items")] public IList<V1PriorityClass> Items { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
}
