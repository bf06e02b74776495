using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>A job in the book.</summary>
internal sealed class GuestJob(JobId id, Gang? gang, int number, ImmutableArray<string> uids)
{
    public JobId Id => id;

    public Gang? Gang => gang;

    /// <summary>Among its gang's jobs; 0 of a pod that goes alone.</summary>
    public int Number => number;

    public ImmutableArray<string> Uids => uids;

    /// <summary>Members that are in the book.</summary>
    public int Present { get; set; }

    /// <summary>One of its pods is gone or on its way out: whoever of it is not bound yet may never be, and counts for its gang no more.</summary>
    public bool IsGoing { get; set; }

    /// <summary>It was to be called off, and did not wait any more: it is being placed.</summary>
    public bool IsPlaced { get; set; }

    /// <summary>Its grain has it.</summary>
    public bool IsSubmitted { get; set; }

    /// <summary>It was asked to end, and has not answered.</summary>
    public bool IsCancelling { get; set; }

    /// <summary>It came apart while it was being submitted.</summary>
    public string? Broken { get; set; }
}
