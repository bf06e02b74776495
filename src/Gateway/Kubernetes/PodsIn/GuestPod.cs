using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>A pod that somebody else made and that names us as its scheduler, as the cluster showed it last.</summary>
internal sealed record GuestPod
{
    public required string Namespace { get; init; }

    public required string Name { get; init; }

    /// <summary>Names this very pod: one that is made again under the same name has another.</summary>
    public required string Uid { get; init; }

    /// <summary>Differs after every change of it.</summary>
    public required string Version { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where it is bound; null while it is not.</summary>
    public NodeId? Node { get; init; }

    public PodPhase Phase { get; init; }

    /// <summary>It is being deleted.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>Somebody holds it back with a scheduling gate.</summary>
    public bool IsGated { get; init; }

    /// <summary>Of a failed one: what happened, for people.</summary>
    public string? Failure { get; init; }

    public FailureClass FailureClass { get; init; }

    /// <summary>The attempt that it was bound for; null when it is not bound, or was by somebody else.</summary>
    public AttemptId? BoundFor { get; init; }

    /// <summary>It is never bound for this attempt (any more): that was written on it before the attempt was given up.</summary>
    public AttemptId? GivenUp { get; init; }

    /// <summary>The epoch of who of us acted on it last; 0 when nobody did.</summary>
    public long Epoch { get; init; }

    /// <summary>It was asked to save its work by then; null when it is not asked.</summary>
    public DateTimeOffset? CheckpointBy { get; init; }

    /// <summary>When it said that its work was saved; null when it never did.</summary>
    public DateTimeOffset? CheckpointedAt { get; init; }

    /// <summary>What it belongs to; null for a pod that stands alone.</summary>
    public GangKey? Gang { get; init; }

    /// <summary>What it says itself of its gang; null where others have to be asked.</summary>
    public GangFacts? Says { get; init; }

    /// <summary>Who made it and looks after it; null when nobody does.</summary>
    public GroupRef? Owner { get; init; }

    /// <summary>What it asks for; null where it asks for what is not honoured here.</summary>
    public GuestAsk? Ask { get; init; }

    /// <summary>Everything it asks for that is not honoured here, by name. Empty: it is served.</summary>
    public ImmutableArray<string> Refusals { get; init; } = [];

    /// <summary>What its status says of why it waits: reason and message; null when it says nothing.</summary>
    public PendingWord? Said { get; init; }

    /// <summary>Nothing of it runs any more, and never will.</summary>
    public bool IsOver => Phase is PodPhase.Succeeded or PodPhase.Failed;

    /// <summary>Something of it runs, or may.</summary>
    public bool IsAlive => Node is not null && !IsOver;

    /// <summary>It waits for us, as far as it alone is concerned.</summary>
    public bool IsWaiting => Node is null && !IsLeaving && !IsGated && !IsOver;
}

/// <summary>Why a pod is not scheduled, as its status says it: the condition PodScheduled.</summary>
/// <param name="Nominated">The node that others are asked to leave for it; null: none.</param>
internal sealed record PendingWord(string Reason, string Message, NodeId? Nominated = null);
