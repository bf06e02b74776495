using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What <see cref="GangBook"/> wants done. Each is answered by a call of the book.</summary>
internal abstract record BookAction
{
    private BookAction()
    {
    }

    /// <summary>Find out about the group; answered by <see cref="GangBook.Learn"/>, whenever something is known.</summary>
    public sealed record Look(GangKey Gang, GuestPod Sample) : BookAction;

    /// <summary>Have these pods run as one job; answered by <see cref="GangBook.Submitted"/> or <see cref="GangBook.NotSubmitted"/>.</summary>
    /// <param name="Members">By rank.</param>
    public sealed record Submit(JobId Job, GangKey? Gang, GangFacts? Facts, ImmutableArray<GuestPod> Members) : BookAction;

    /// <summary>Which jobs there are of this gang, from its n-th on, and of its pods that stand alone; answered by <see cref="GangBook.Recalled"/>.</summary>
    public sealed record Recall(GangKey Gang, string Identity, int From, ImmutableArray<JobId> Singles) : BookAction;

    /// <summary>End the job if it still waits; answered by <see cref="GangBook.Cancelled"/>.</summary>
    public sealed record Cancel(JobId Job, string Why) : BookAction;

    /// <summary>Say why the pod is not served.</summary>
    public sealed record Refuse(GuestPod Pod) : BookAction;
}

/// <summary>A job of pods, as its grain has it.</summary>
/// <param name="Uids">Its members.</param>
internal sealed record KnownJob(JobId Job, ImmutableArray<string> Uids, bool IsEnded, string? Reason);
