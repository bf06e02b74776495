using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>Knows which node a placement means: placements name racks and slots.</summary>
internal interface IWorkerNodes
{
    /// <summary>The node of each worker, by rank; null when a rack does not (yet) show the attempt: then its slots may be somebody else's by now.</summary>
    Task<ImmutableDictionary<int, NodeId>?> Of(AttemptId attempt, GangPlacement placement);
}
