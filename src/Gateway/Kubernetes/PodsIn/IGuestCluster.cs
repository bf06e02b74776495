using System.Text.Json;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>
/// A Kubernetes cluster in our words: pods that others made. Every effect is conditional on the pod as it was read, leaves the caller's epoch on it
/// in the same write, and may be made again. A deadline comes with the token.
/// </summary>
internal interface IGuestCluster
{
    /// <summary>For logs and metrics, and in jobs' specs.</summary>
    string Name { get; }

    /// <summary>It looks at a binding's conditions: a pod that was given up is then not bound by what is still under way.</summary>
    ValueTask<bool> CanGiveUp(CancellationToken cancellationToken);

    /// <summary>As it stands now, after everything that was answered before. NotFound: also when it is none of our guests any more.</summary>
    Task<ClusterAnswer<GuestPod>> Read(string space, string name, CancellationToken cancellationToken);

    /// <summary>Done: this very pod is bound to this node for this attempt. Conflict: it changed since it was read, or is bound already; read it.</summary>
    Task<ClusterAnswer<GuestPod>> Bind(GuestPod pod, NodeId node, AttemptId attempt, long epoch, CancellationToken cancellationToken);

    /// <summary>Writes on it that it is not bound for this attempt any more.</summary>
    Task<ClusterAnswer<GuestPod>> GiveUp(GuestPod pod, AttemptId attempt, long epoch, CancellationToken cancellationToken);

    /// <summary>Asks it to save its work by then, or takes that back.</summary>
    Task<ClusterAnswer<GuestPod>> Mark(GuestPod pod, DateTimeOffset? checkpointBy, long epoch, CancellationToken cancellationToken);

    /// <summary>Begins to delete it, with the time to stop that it asks for itself.</summary>
    Task<ClusterAnswer<GuestPod>> Delete(GuestPod pod, CancellationToken cancellationToken);

    /// <summary>Any object: a PodGroup, an owner. NotFound: also when there is no such kind.</summary>
    Task<ClusterAnswer<JsonElement>> ReadObject(string apiVersion, string plural, string space, string name, CancellationToken cancellationToken);
}
