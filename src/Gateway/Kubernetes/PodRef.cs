namespace Gateway.Kubernetes;

/// <summary>A pod as it was read: namespace, name, UID and version are the preconditions of whatever is done to it.</summary>
internal readonly record struct PodRef(string Name, string Uid, string Version, string Namespace = "");
