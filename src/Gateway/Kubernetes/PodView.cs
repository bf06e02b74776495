using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>One of our pods as the cluster shows it.</summary>
internal sealed record PodView
{
    public required string Name { get; init; }

    /// <summary>Empty in clusters that are made up.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Names this very pod: one that is made again under the same name has another.</summary>
    public required string Uid { get; init; }

    /// <summary>Differs after every change of it.</summary>
    public required string Version { get; init; }

    public required AttemptId Attempt { get; init; }

    public required int Rank { get; init; }

    /// <summary>0, or how many pods of this worker have failed in this attempt before it.</summary>
    public int Incarnation { get; init; }

    /// <summary>Where it belongs; written on it when it was made.</summary>
    public required NodeId PlannedNode { get; init; }

    /// <summary>The epoch of who acted on it last.</summary>
    public required long Epoch { get; init; }

    /// <summary>Where it is bound; null while it is not.</summary>
    public NodeId? Node { get; init; }

    public PodPhase Phase { get; init; }

    /// <summary>It is being deleted.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>Of a failed one: what happened, for people.</summary>
    public string? Failure { get; init; }

    /// <summary>Of a failed one: how.</summary>
    public FailureClass FailureClass { get; init; }

    /// <summary>Of one that waits on its node: why it cannot start as things are, such as an image that is not there; null while nothing is known against it.</summary>
    public string? Stuck { get; init; }

    /// <summary>It was asked to save its work by then; null when it is not asked.</summary>
    public DateTimeOffset? CheckpointBy { get; init; }

    /// <summary>When it said that its work was saved; null when it never did.</summary>
    public DateTimeOffset? CheckpointedAt { get; init; }

    /// <summary>Nothing of it runs any more, and never will.</summary>
    public bool IsOver => Phase is PodPhase.Succeeded or PodPhase.Failed;

    public PodRef Ref => new(Name, Uid, Version, Namespace);
}
