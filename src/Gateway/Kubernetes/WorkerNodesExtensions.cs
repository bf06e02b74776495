using System.Collections.Immutable;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Kubernetes;

internal static class WorkerNodesExtensions
{
    /// <summary>As <see cref="IWorkerNodes.Of"/>, in time: without an answer nothing can be bound yet.</summary>
    public static async Task<ImmutableDictionary<int, NodeId>> Planned(
        this IWorkerNodes nodes, Assignment assignment, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) =>
        await nodes.Of(assignment.Attempt, assignment.Placement).WaitAsync(timeout, time, cancellationToken)
        ?? throw new ClusterCallException($"the racks do not show {assignment.Attempt}");
}
