using Microsoft.Extensions.Logging;

namespace Grains;

/// <summary>Racks: 300–399.</summary>
internal static partial class GrainLog
{
    [LoggerMessage(300, LogLevel.Error, "Rack {Rack}: its journal is lost to it; this activation ends")]
    public static partial void RackJournalLost(ILogger log, Exception error, string rack);

    [LoggerMessage(301, LogLevel.Warning, "Rack {Rack}: a snapshot was not written; the journal goes on without it")]
    public static partial void RackSnapshotFailed(ILogger log, Exception error, string rack);

    [LoggerMessage(302, LogLevel.Warning, "Rack {Rack}: its pool could not be told; trying again")]
    public static partial void RackPoolNotTold(ILogger log, Exception error, string rack);

    [LoggerMessage(303, LogLevel.Warning, "Rack {Rack}: the job of {Attempt} could not be asked about its overdue hold; the hold stays for now")]
    public static partial void RackFenceFailed(ILogger log, Exception error, string rack, string attempt);

    [LoggerMessage(304, LogLevel.Information, "Rack {Rack}: the hold of {Attempt} ran out; committed: {Committed}")]
    public static partial void RackHoldEnded(ILogger log, string rack, string attempt, bool committed);

    [LoggerMessage(305, LogLevel.Warning, "Rack {Rack}: node {Node} offers less than is allocated on it ({Detail}); it gets nothing new until that ends")]
    public static partial void RackCapacityBelowAllocated(ILogger log, string rack, string node, string detail);

    [LoggerMessage(306, LogLevel.Warning, "Rack {Rack}: node {Node} vanished with {Workers} workers on it")]
    public static partial void RackNodeVanished(ILogger log, string rack, string node, int workers);

    [LoggerMessage(307, LogLevel.Warning, "Rack {Rack}: node {Node} has to wait for a slot")]
    public static partial void RackNoSlot(ILogger log, string rack, string node);

    [LoggerMessage(308, LogLevel.Information, "Rack {Rack}: obeys epoch {Epoch} from now on")]
    public static partial void RackAttached(ILogger log, string rack, long epoch);

    [LoggerMessage(309, LogLevel.Warning, "Rack {Rack}: the commit of {Plan} has no hold")]
    public static partial void RackCommitMissing(ILogger log, string rack, string plan);

    [LoggerMessage(310, LogLevel.Information, "Rack {Rack}: another node takes over what {Attempt} had on {Node}")]
    public static partial void RackMoved(ILogger logger, string rack, string attempt, string node);
}
