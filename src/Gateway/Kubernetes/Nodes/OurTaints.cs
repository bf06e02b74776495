using System.Collections.Immutable;
using Grains.Nodes;
using Scheduling.Nodes;

namespace Gateway.Kubernetes.Nodes;

/// <summary>The taints that we put on nodes, and never any other: they show in the cluster what the node's grain says.</summary>
internal static class OurTaints
{
    /// <summary>Kubernetes' own: whoever sets it says that the machine is dead, and the pods on it are deleted without its kubelet (from 1.26 on).</summary>
    public const string OutOfService = "node.kubernetes.io/out-of-service";

    /// <summary>Marks it as put there by us.</summary>
    public const string OutOfServiceValue = "orleans.scheduler";

    public static bool IsOurs(NodeTaint taint) =>
        taint.Key is KubernetesKeys.HeldOut or KubernetesKeys.Preflight || (taint.Key == OutOfService && taint.Value == OutOfServiceValue);

    /// <summary>What the node is to carry of ours; null: nothing is known of it.</summary>
    public static ImmutableArray<NodeTaint> Wanted(NodeView? node)
    {
        if (node is null)
        {
            return [];
        }

        var taints = ImmutableArray.CreateBuilder<NodeTaint>();
        var isHeldByOperator = node.State is NodeState.Draining or NodeState.Drained || (node.State == NodeState.Cordoned && !node.HeldByCluster);
        if (isHeldByOperator)
        {
            taints.Add(new NodeTaint(KubernetesKeys.HeldOut, node.State.ToString().ToLowerInvariant(), NodeTaint.NoSchedule));
        }

        if (node.Preflight is NodePreflight.Pending or NodePreflight.Failed)
        {
            taints.Add(new NodeTaint(KubernetesKeys.Preflight, node.Preflight == NodePreflight.Pending ? "pending" : "failed", NodeTaint.NoSchedule));
        }

        if (node.OutOfService)
        {
            taints.Add(new NodeTaint(OutOfService, OutOfServiceValue, NodeTaint.NoExecute));
        }

        return taints.ToImmutable();
    }

    /// <summary>Does the node carry of ours just what it is to?</summary>
    public static bool IsSo(NodeObject node, ImmutableArray<NodeTaint> wanted) => node.Taints.Where(IsOurs).ToHashSet().SetEquals(wanted);
}
