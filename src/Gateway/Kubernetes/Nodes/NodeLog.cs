using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>What is logged of a cluster's nodes. Numbers 7450–7499; never reused.</summary>
internal static partial class NodeLog
{
    [LoggerMessage(7450, LogLevel.Information, "Node {Node}: taints of ours are now {Taints}")]
    public static partial void Tainted(ILogger logger, NodeId node, string taints);

    [LoggerMessage(7451, LogLevel.Warning, "Node {Node}: its taints could not be written; tried again ({Answer})")]
    public static partial void TaintFailed(ILogger logger, NodeId node, string answer);

    [LoggerMessage(7452, LogLevel.Warning, "Node {Node}: {What}")]
    public static partial void TaintLost(ILogger logger, NodeId node, string what);

    [LoggerMessage(7453, LogLevel.Information, "Node {Node}: pod {Pod} was asked to leave: {Answer}")]
    public static partial void Evicted(ILogger logger, NodeId node, string pod, string answer);

    [LoggerMessage(7454, LogLevel.Warning, "{Cluster}: nodes could not be acted on; tried again in {Wait}")]
    public static partial void PassFailed(ILogger logger, Exception exception, string cluster, TimeSpan wait);
}
