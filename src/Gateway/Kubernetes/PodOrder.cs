using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>A pod to be made: one worker of one attempt.</summary>
internal sealed record PodOrder
{
    /// <summary>The same for the same worker of the same attempt: so it is made once.</summary>
    public required string Name { get; init; }

    public required AttemptId Attempt { get; init; }

    public required WorkerSlot Worker { get; init; }

    /// <summary>0, or how many pods of this worker have failed in this attempt before.</summary>
    public int Incarnation { get; init; }

    public required JobSpec Spec { get; init; }

    public RoleSpec Role => Spec.Roles[Worker.Role];

    public TenantId Tenant => Spec.Tenant;

    /// <summary>Where it will be bound.</summary>
    public required NodeId PlannedNode { get; init; }

    public required long Epoch { get; init; }
}
