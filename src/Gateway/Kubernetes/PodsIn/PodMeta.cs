using k8s.Models;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>A pod's labels and annotations. Ecosystems put their keys in either.</summary>
internal readonly struct PodMeta(V1ObjectMeta meta)
{
    public string? Label(string key) => meta.Labels is { } labels && labels.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    public string? Annotation(string key) => meta.Annotations is { } annotations && annotations.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    public string? Either(string key) => Annotation(key) ?? Label(key);

    /// <summary>Of the first key that is there.</summary>
    public string? Either(ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (Either(key) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    public bool Has(string key) => meta.Labels?.ContainsKey(key) == true || meta.Annotations?.ContainsKey(key) == true;
}
