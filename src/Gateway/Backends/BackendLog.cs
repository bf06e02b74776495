using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>What backends log. Numbers 7100–7199; never reused.</summary>
internal static partial class BackendLog
{
    [LoggerMessage(7100, LogLevel.Information, "{Source}: {Racks} racks with {Nodes} nodes in {Pools} pools offered")]
    public static partial void Offered(ILogger logger, string source, int racks, int nodes, int pools);

    [LoggerMessage(7101, LogLevel.Warning, "{Source}: the inventory could not be read; nothing changes and it is read again in {Wait}")]
    public static partial void InventoryFailed(ILogger logger, Exception exception, string source, TimeSpan wait);

    [LoggerMessage(7102, LogLevel.Warning, "Rack {Rack} could not be offered; it is offered again with the next pass")]
    public static partial void OfferFailed(ILogger logger, Exception exception, RackId rack);

    [LoggerMessage(7103, LogLevel.Warning, "{Nodes} nodes could not be told of; they are told of again with the next pass")]
    public static partial void ObserveFailed(ILogger logger, Exception exception, int nodes);

    [LoggerMessage(7104, LogLevel.Information, "Rack {Rack} is no longer in the inventory of {Source}: it is offered without nodes")]
    public static partial void Retired(ILogger logger, RackId rack, string source);

    [LoggerMessage(7105, LogLevel.Warning, "Rack {Rack} is not offered in this pass: not all of its nodes that take no work could be withheld before")]
    public static partial void OfferWaits(ILogger logger, RackId rack);

    [LoggerMessage(7106, LogLevel.Warning, "Node {Node} of rack {Rack} is gone from {Source}")]
    public static partial void NodeGone(ILogger logger, NodeId node, RackId rack, string source);

    [LoggerMessage(7107, LogLevel.Information, "{Nodes} nodes have another rack in {Source}, and stay with the one that has workers on them until these are gone")]
    public static partial void Moving(ILogger logger, int nodes, string source);

    [LoggerMessage(7110, LogLevel.Information, "Pool {Pool}: {Count} assignments listed at version {Version}")]
    public static partial void Listed(ILogger logger, PoolId pool, int count, long version);

    [LoggerMessage(7111, LogLevel.Warning, "Pool {Pool}: assignments could not be read; listed again in {Wait}")]
    public static partial void WatchFailed(ILogger logger, Exception exception, PoolId pool, TimeSpan wait);

    [LoggerMessage(7112, LogLevel.Warning, "Attempt {Attempt} could not be reconciled (failure {Failures} in a row); looked at again in {Wait}")]
    public static partial void ReconcileFailed(ILogger logger, Exception exception, AttemptId attempt, int failures, TimeSpan wait);

    [LoggerMessage(7113, LogLevel.Debug, "Attempt {Attempt}: the job refused the report ({Reason}); looked at again in {Wait}")]
    public static partial void ReportRefused(ILogger logger, AttemptId attempt, string? reason, TimeSpan wait);

    [LoggerMessage(7114, LogLevel.Warning, "{Backend}: its pools could not be read; tried again in {Wait}")]
    public static partial void PoolsFailed(ILogger logger, Exception exception, string backend, TimeSpan wait);
}
