using Microsoft.Extensions.Logging;
using Scheduling.Nodes;

namespace Grains;

/// <summary>Nodes: 500–599.</summary>
internal static partial class GrainLog
{
    [LoggerMessage(500, LogLevel.Information, "Node {Node}: {From} → {To} by {By}: {Reason}")]
    public static partial void NodeMoved(ILogger log, string node, NodeState from, NodeState to, string by, string? reason);

    [LoggerMessage(501, LogLevel.Warning, "Node {Node}: rack {Rack} could not be told; trying again")]
    public static partial void NodeRackNotTold(ILogger log, Exception error, string node, string rack);

    [LoggerMessage(502, LogLevel.Warning, "Node {Node}: {Attempt} could not be asked to leave; trying again")]
    public static partial void NodeEvictFailed(ILogger log, Exception error, string node, string attempt);

    [LoggerMessage(503, LogLevel.Warning, "Node {Node}, {State}: {By} says: {Text}")]
    public static partial void NodeRemark(ILogger log, string node, NodeState state, string by, string? text);
}
