namespace Gateway.Kubernetes;

/// <summary>How far a pod is.</summary>
internal enum PodPhase
{
    /// <summary>Nothing of it runs yet.</summary>
    Waiting = 0,

    /// <summary>Its containers run, or have at least been started.</summary>
    Running = 1,

    /// <summary>All its containers ended well, for good.</summary>
    Succeeded = 2,

    /// <summary>It ended badly, for good.</summary>
    Failed = 3,
}
