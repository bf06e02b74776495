using k8s.Models;

namespace Gateway.Kubernetes.Watching;

/// <summary>Names an object among those of its kind; the namespace is empty where the kind has none.</summary>
internal readonly record struct ObjectKey(string Namespace, string Name)
{
    public static ObjectKey Of(V1ObjectMeta metadata) => new(metadata.NamespaceProperty ?? "", metadata.Name);

    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
