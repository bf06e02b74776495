namespace Gateway.Kubernetes.PodsIn;

/// <summary>Tells a cluster's users about their pods. Nothing rests on it: what was not written is written later, or never.</summary>
internal interface IGuestVoice
{
    /// <summary>The pod's condition PodScheduled becomes False, for this reason, with the node that it is nominated for. Conflict: it is another pod by now.</summary>
    Task<ClusterAnswer<GuestPod>> Say(GuestPod pod, PendingWord word, DateTimeOffset now, CancellationToken cancellationToken);

    /// <param name="type">Normal or Warning.</param>
    Task Event(GroupRef about, string type, string reason, string message, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The condition PodGroupScheduled of an upstream PodGroup.</summary>
    Task Condition(GroupRef group, GroupCondition condition, CancellationToken cancellationToken);

    /// <summary>The status of a PodGroup of scheduler-plugins.</summary>
    Task Status(GroupRef group, GroupStatus status, CancellationToken cancellationToken);
}

/// <summary>How a gang stands, as scheduler-plugins' PodGroups say it.</summary>
internal sealed record GroupStatus(string Phase, string? OccupiedBy, int Scheduled, int Running, int Succeeded, int Failed);

/// <summary>Whether a gang got its nodes, as upstream's PodGroups say it. Once it did, that stays said, whatever becomes of its pods.</summary>
/// <param name="Reason">Scheduled or Unschedulable.</param>
/// <param name="Since">When it became so.</param>
internal sealed record GroupCondition(bool IsScheduled, string Reason, string Message, DateTimeOffset Since);
