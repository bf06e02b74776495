namespace Gateway.Kubernetes;

/// <summary>What became of a call to the cluster is not known: the whole is looked at again later.</summary>
internal sealed class ClusterCallException(string message) : Exception(message);
