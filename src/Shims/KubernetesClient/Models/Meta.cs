using System.Text.Json.Serialization;

namespace k8s.Models;

// What every object has, and how calls end.

public partial record V1ObjectMeta
{
    [JsonPropertyName("annotations")] public IDictionary<string, string> Annotations { get; set; }
    [JsonPropertyName("creationTimestamp")] public DateTime? CreationTimestamp { get; set; }
    [JsonPropertyName("deletionGracePeriodSeconds")] public long? DeletionGracePeriodSeconds { get; set; }
    [JsonPropertyName("deletionTimestamp")] public DateTime? DeletionTimestamp { get; set; }
    [JsonPropertyName("finalizers")] public IList<string> Finalizers { get; set; }
    [JsonPropertyName("generateName")] public string GenerateName { get; set; }
    [JsonPropertyName("generation")] public long? Generation { get; set; }
    [JsonPropertyName("labels")] public IDictionary<string, string> Labels { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("namespace")] public string NamespaceProperty { get; set; }
    [JsonPropertyName("ownerReferences")] public IList<V1OwnerReference> OwnerReferences { get; set; }
    [JsonPropertyName("resourceVersion")] public string ResourceVersion { get; set; }
    [JsonPropertyName("selfLink")] public string SelfLink { get; set; }
    [JsonPropertyName("uid")] public string Uid { get; set; }
}

public partial record V1ListMeta
{
    [JsonPropertyName("continue")] public string ContinueProperty { get; set; }
    [JsonPropertyName("remainingItemCount")] public long? RemainingItemCount { get; set; }
    [JsonPropertyName("resourceVersion")] public string ResourceVersion { get; set; }
    [JsonPropertyName("selfLink")] public string SelfLink { get; set; }
}

public partial record V1OwnerReference
{
    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("blockOwnerDeletion")] public bool? BlockOwnerDeletion { get; set; }
    [JsonPropertyName("controller")] public bool? Controller { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("uid")] public string Uid { get; set; }
}

public partial record V1ObjectReference
{
    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("fieldPath")] public string FieldPath { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("namespace")] public string NamespaceProperty { get; set; }
    [JsonPropertyName("resourceVersion")] public string ResourceVersion { get; set; }
    [JsonPropertyName("uid")] public string Uid { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1Status : IKubernetesObject<V1ListMeta>
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "Status";
    public const string KubeGroup = "";
    public const string KubePluralName = "";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("code")] public int? Code { get; set; }
    [JsonPropertyName("details")] public V1StatusDetails Details { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("metadata")] public V1ListMeta Metadata { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
    [JsonPropertyName("status")] public string Status { get; set; }
}

public partial record V1StatusDetails
{
    [JsonPropertyName("causes")] public IList<V1StatusCause> Causes { get; set; }
    [JsonPropertyName("group")] public string Group { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("retryAfterSeconds")] public int? RetryAfterSeconds { get; set; }
    [JsonPropertyName("uid")] public string Uid { get; set; }
}

public partial record V1StatusCause
{
    [JsonPropertyName("field")] public string Field { get; set; }
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1DeleteOptions : IKubernetesObject
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "DeleteOptions";
    public const string KubeGroup = "";
    public const string KubePluralName = "";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("dryRun")] public IList<string> DryRun { get; set; }
    [JsonPropertyName("gracePeriodSeconds")] public long? GracePeriodSeconds { get; set; }
    [JsonPropertyName("ignoreStoreReadErrorWithClusterBreakingPotential")] public bool? IgnoreStoreReadErrorWithClusterBreakingPotential { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("orphanDependents")] public bool? OrphanDependents { get; set; }
    [JsonPropertyName("preconditions")] public V1Preconditions Preconditions { get; set; }
    [JsonPropertyName("propagationPolicy")] public string PropagationPolicy { get; set; }
}

public partial record V1Preconditions
{
    [JsonPropertyName("resourceVersion")] public string ResourceVersion { get; set; }
    [JsonPropertyName("uid")] public string Uid { get; set; }
}

public partial record V1Condition
{
    [JsonPropertyName("lastTransitionTime")] public DateTime LastTransitionTime { get; set; }
    [JsonPropertyName("message")] public string Message { get; set; }
    [JsonPropertyName("observedGeneration")] public long? ObservedGeneration { get; set; }
    [JsonPropertyName("reason")] public string Reason { get; set; }
    [JsonPropertyName("status")] public string Status { get; set; }
    [JsonPropertyName("type")] public string Type { get; set; }
}

public partial record V1APIResource
{
    [JsonPropertyName("categories")] public IList<string> Categories { get; set; }
    [JsonPropertyName("group")] public string Group { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("name")] public string Name { get; set; }
    [JsonPropertyName("namespaced")] public bool Namespaced { get; set; }
    [JsonPropertyName("shortNames")] public IList<string> ShortNames { get; set; }
    [JsonPropertyName("singularName")] public string SingularName { get; set; }
    [JsonPropertyName("storageVersionHash")] public string StorageVersionHash { get; set; }
    [JsonPropertyName("verbs")] public IList<string> Verbs { get; set; }
    [JsonPropertyName("version")] public string Version { get; set; }
}

[KubernetesEntity(Group = KubeGroup, Kind = KubeKind, ApiVersion = KubeApiVersion, PluralName = KubePluralName)]
public partial record V1APIResourceList : IKubernetesObject
{
    public const string KubeApiVersion = "v1";
    public const string KubeKind = "APIResourceList";
    public const string KubeGroup = "";
    public const string KubePluralName = "";

    [JsonPropertyName("apiVersion")] public string ApiVersion { get; set; }
    [JsonPropertyName("groupVersion")] public string GroupVersion { get; set; }
    [JsonPropertyName("kind")] public string Kind { get; set; }
    [JsonPropertyName("resources")] public IList<V1APIResource> Resources { get; set; }
}

public partial record VersionInfo
{
    [JsonPropertyName("buildDate")] public string BuildDate { get; set; }
    [JsonPropertyName("compiler")] public string Compiler { get; set; }
    [JsonPropertyName("emulationMajor")] public string EmulationMajor { get; set; }
    [JsonPropertyName("emulationMinor")] public string EmulationMinor { get; set; }
    [JsonPropertyName("gitCommit")] public string GitCommit { get; set; }
    [JsonPropertyName("gitTreeState")] public string GitTreeState { get; set; }
    [JsonPropertyName("gitVersion")] public string GitVersion { get; set; }
    [JsonPropertyName("goVersion")] public string GoVersion { get; set; }
    [JsonPropertyName("major")] public string Major { get; set; }
    [JsonPropertyName("minCompatibilityMajor")] public string MinCompatibilityMajor { get; set; }
    [JsonPropertyName("minCompatibilityMinor")] public string MinCompatibilityMinor { get; set; }
    [JsonPropertyName("minor")] public string Minor { get; set; }
    [JsonPropertyName("platform")] public string Platform { get; set; }
}
