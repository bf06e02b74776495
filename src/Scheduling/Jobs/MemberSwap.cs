using Scheduling.Model;

namespace Scheduling.Jobs;

/// <summary>
/// A gang that has failed members started again outlives the loss of a node: only what ran there is started anew, on another node of the same rack.
/// So closeness to rack, block and pool stays as it was asked for; what is narrower is looked at here.
/// </summary>
public static class MemberSwap
{
    /// <summary>May members of such jobs go to other nodes at all?</summary>
    public static bool IsPossible(JobSpec spec) =>
        spec is { Restart.Scope: RestartScope.FailedMembers, Pods: null, Set: null, Spread: null, Topology.Required: not TopologyLevel.Node };

    /// <summary>They must stay in their NVLink domain.</summary>
    public static bool KeepsDomain(JobSpec spec) =>
        spec.Topology.Required == TopologyLevel.NvlinkDomain
        || spec.Roles.Any(r => r.Slices?.Level == TopologyLevel.NvlinkDomain || r.AntiAffinity?.Level == TopologyLevel.NvlinkDomain);
}
