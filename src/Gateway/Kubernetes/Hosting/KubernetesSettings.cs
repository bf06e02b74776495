namespace Gateway.Kubernetes.Hosting;

/// <summary>The section "Kubernetes" of the configuration.</summary>
internal sealed class KubernetesSettings
{
    public const string Section = "Kubernetes";

    /// <summary>Clusters of one gateway.</summary>
    public const int MaxClusters = 16;

    /// <summary>The clusters that this gateway serves, each with its own pools. None: it serves no Kubernetes.</summary>
    public IList<ClusterSettings> Clusters { get; set; } = [];

    /// <summary>Everything that is wrong with it, each with what to set.</summary>
    internal IEnumerable<string> Errors()
    {
        if (Clusters.Count > MaxClusters)
        {
            yield return $"Kubernetes:Clusters has {Clusters.Count} entries: at most {MaxClusters}.";
        }

        for (var i = 0; i < Clusters.Count; i++)
        {
            foreach (var error in Clusters[i].Errors())
            {
                yield return $"Kubernetes:Clusters[{i}]:{error}";
            }

            for (var j = 0; j < i; j++)
            {
                if (Clusters[i].Name == Clusters[j].Name)
                {
                    yield return $"Kubernetes:Clusters[{i}]:Name is \"{Clusters[i].Name}\" again: each cluster has a name of its own.";
                }

                if (MayShare(Clusters[i].Nodes.PoolPrefix, Clusters[j].Nodes.PoolPrefix))
                {
                    yield return $"Kubernetes:Clusters[{i}]:Nodes:PoolPrefix is \"{Clusters[i].Nodes.PoolPrefix}\" and that of [{j}] is \"{Clusters[j].Nodes.PoolPrefix}\": "
                        + "a pool belongs to one cluster, so set prefixes of which none begins with another.";
                }
            }
        }
    }

    private static bool MayShare(string a, string b) => a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal);
}
