using Scheduling.Model;
using Scheduling.Nodes;

namespace Scheduling.Audit;

/// <summary>Only machines that are Ready, and so have passed preflight where it is asked for, get work (I10), and what is remembered of a machine is a path through the graph (I14).</summary>
public static class NodeAudit
{
    /// <summary>At the same version, the pool must think of a rack's nodes what the rack says of them.</summary>
    public static void CheckPicture(RackView? pools, RackView racks, AuditReport report)
    {
        report.Count(1);
        if (pools is not null && pools.Version == racks.Version && (pools.Schedulable & ~racks.Schedulable) != 0)
        {
            report.FindSlow("I10", $"the pool gives work to nodes of {racks.Spec.Rack} that take none: {Names(racks, pools.Schedulable & ~racks.Schedulable)}");
        }
    }

    /// <summary>What the machine's own grain says, against whether its rack gives it work.</summary>
    public static void CheckNode(NodeId node, NodeState state, IReadOnlyList<NodeIncident> incidents, bool takesWork, AuditReport report)
    {
        report.Count(1 + incidents.Count);
        if (takesWork && state != NodeState.Ready)
        {
            report.FindSlow("I10", $"node {node} is {state}, and its rack gives it work");
        }

        for (var i = 0; i < incidents.Count; i++)
        {
            if (incidents[i].From != incidents[i].To && !incidents[i].From.CanBecome(incidents[i].To))
            {
                report.Find("I14", $"node {node} went from {incidents[i].From} to {incidents[i].To}");
            }

            var next = i + 1 < incidents.Count ? incidents[i + 1].From : state;
            if (incidents[i].To != next)
            {
                report.Find("I14", $"node {node} became {incidents[i].To} and was {next} thereafter");
            }
        }
    }

    private static string Names(RackView rack, ulong slots) =>
        string.Join(", ", rack.Spec.Nodes.Where((_, slot) => ((slots >> slot) & 1) != 0).Select(n => n.Name.Value).Take(4));
}
