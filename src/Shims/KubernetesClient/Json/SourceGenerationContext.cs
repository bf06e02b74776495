using System.Text.Json.Serialization;
using k8s.KubeConfigModels;
using k8s.Models;

namespace k8s;

/// <summary>Metadata of all models, written by the compiler: no reflection when they are read and written.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(V1Pod))]
[JsonSerializable(typeof(V1PodList))]
[JsonSerializable(typeof(V1Binding))]
[JsonSerializable(typeof(V1PriorityClass))]
[JsonSerializable(typeof(V1PriorityClassList))]
[JsonSerializable(typeof(V1Node))]
[JsonSerializable(typeof(V1NodeList))]
[JsonSerializable(typeof(V1Status))]
[JsonSerializable(typeof(V1DeleteOptions))]
[JsonSerializable(typeof(V1APIResourceList))]
[JsonSerializable(typeof(V1Lease))]
[JsonSerializable(typeof(V1LeaseList))]
[JsonSerializable(typeof(V1Eviction))]
[JsonSerializable(typeof(V1PodDisruptionBudget))]
[JsonSerializable(typeof(V1PodDisruptionBudgetList))]
[JsonSerializable(typeof(V1Namespace))]
[JsonSerializable(typeof(V1NamespaceList))]
[JsonSerializable(typeof(V1Service))]
[JsonSerializable(typeof(V1ServiceList))]
[JsonSerializable(typeof(V1ConfigMap))]
[JsonSerializable(typeof(V1ConfigMapList))]
[JsonSerializable(typeof(Corev1Event))]
[JsonSerializable(typeof(Corev1EventList))]
[JsonSerializable(typeof(V1Job))]
[JsonSerializable(typeof(V1JobList))]
[JsonSerializable(typeof(V1PodTemplateSpec))]
[JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(V1PodSpec))]
[JsonSerializable(typeof(V1ObjectMeta))]
[JsonSerializable(typeof(V1Patch))]
[JsonSerializable(typeof(KubernetesObject))]
[JsonSerializable(typeof(ExecCredentialResponse))]
internal sealed partial class SourceGenerationContext : JsonSerializerContext;
