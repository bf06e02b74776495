namespace Gateway.Kubernetes.JobsOut;

/// <summary>No pod can be made of this job here, whoever tries again. The message is for its user.</summary>
internal sealed class PodNotPossibleException(string message) : Exception(message);
