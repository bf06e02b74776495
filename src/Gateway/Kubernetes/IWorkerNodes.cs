using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>Knows which node a placement means: placements name racks and slots.</summary>
internal interface IWorkerNodes
{
    /// <summary>The node of each worker, by rank; null when a rack does not (yet) show the attempt: then its slots may be somebody else's by now.</summary>
    Task<ImmutableDictionary<int, NodeId>?> Of(AttemptId attempt, GangPlacement placement);

    /// <summary>The placement as the racks have it now: workers whose node was lost may have got another.</summary>
    Task<GangPlacement> Now(AttemptId attempt, GangPlacement placement);

    /// <summary>
    /// Nothing of the attempt runs on this node any more, and what runs there next is to run elsewhere in the rack. Null: so it is, see
    /// <see cref="Of"/>; otherwise why it cannot. May be asked again.
    /// </summary>
    Task<string?> Leave(AttemptId attempt, JobSpec spec, GangPlacement placement, NodeId node);
}
