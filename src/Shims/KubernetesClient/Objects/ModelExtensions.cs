namespace k8s.Models;

/// <summary>Short ways to what stands in an object's metadata; null where there is none.</summary>
public static class ModelExtensions
{
    public static string Name(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Name;

    public static string Namespace(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.NamespaceProperty;

    public static string Uid(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Uid;

    public static string ResourceVersion(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.ResourceVersion;

    public static string ResourceVersion(this IMetadata<V1ListMeta> list) => list?.Metadata?.ResourceVersion;

    public static string Continue(this IMetadata<V1ListMeta> list) => list?.Metadata?.ContinueProperty;

    public static long? Generation(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Generation;

    public static DateTime? CreationTimestamp(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.CreationTimestamp;

    public static DateTime? DeletionTimestamp(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.DeletionTimestamp;

    public static IDictionary<string, string> Labels(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Labels;

    public static IDictionary<string, string> Annotations(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Annotations;

    public static IList<string> Finalizers(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.Finalizers;

    public static IList<V1OwnerReference> OwnerReferences(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.OwnerReferences;

    public static V1OwnerReference GetController(this IMetadata<V1ObjectMeta> obj) => obj?.Metadata?.OwnerReferences?.FirstOrDefault(o => o.Controller == true);

    public static string GetLabel(this IMetadata<V1ObjectMeta> obj, string key) => Find(obj?.Metadata?.Labels, key);

    public static string GetAnnotation(this IMetadata<V1ObjectMeta> obj, string key) => Find(obj?.Metadata?.Annotations, key);

    public static V1ObjectMeta EnsureMetadata(this IMetadata<V1ObjectMeta> obj) => obj.Metadata ??= new V1ObjectMeta();

    public static IDictionary<string, string> EnsureLabels(this V1ObjectMeta meta) => meta.Labels ??= new Dictionary<string, string>();

    public static IDictionary<string, string> EnsureAnnotations(this V1ObjectMeta meta) => meta.Annotations ??= new Dictionary<string, string>();

    private static string Find(IDictionary<string, string> values, string key) => values is not null && values.TryGetValue(key, out var value) ? value : null;
}
