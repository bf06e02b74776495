using Microsoft.Extensions.Logging;

namespace Grains;

/// <summary>Every log line of the grains, numbered once and for all. Jobs 100–199, pools 200–299, racks 300–399, quotas 400–499, nodes 500–599.</summary>
internal static partial class GrainLog
{
    [LoggerMessage(100, LogLevel.Warning, "Job {Job}: pool {Pool} could not be told; trying again")]
    public static partial void PoolNotTold(ILogger log, Exception error, string job, string pool);

    [LoggerMessage(101, LogLevel.Warning, "Job {Job}: {Dependent}, which waits for it, could not be told; trying again")]
    public static partial void DependentNotTold(ILogger log, Exception error, string job, string dependent);

    [LoggerMessage(150, LogLevel.Warning, "Job {Job}: its part {Part} could not be reached; trying again")]
    public static partial void PartNotReached(ILogger log, Exception error, string job, string part);

    [LoggerMessage(200, LogLevel.Information, "Pool {Pool}: epoch {Epoch} began with {Pending} waiting, {Placing} being placed, {Running} running, {Racks} racks")]
    public static partial void EpochBegan(ILogger log, string pool, long epoch, int pending, int placing, int running, int racks);

    [LoggerMessage(201, LogLevel.Warning, "Pool {Pool}: {Step} did not answer; trying again")]
    public static partial void StepFailed(ILogger log, Exception error, string pool, string step);

    [LoggerMessage(202, LogLevel.Error, "Pool {Pool}: its journal is lost to it; this activation ends")]
    public static partial void JournalLost(ILogger log, Exception error, string pool);

    [LoggerMessage(203, LogLevel.Warning, "Pool {Pool}: epoch {Epoch} is fenced off; this activation ends")]
    public static partial void Fenced(ILogger log, string pool, long epoch);

    [LoggerMessage(204, LogLevel.Error, "Pool {Pool}: rack {Rack} lost the hold of {Attempt}; it is evicted")]
    public static partial void HoldLost(ILogger log, string pool, string rack, string attempt);

    [LoggerMessage(205, LogLevel.Debug, "Pool {Pool}: round of {Planned} planned, {Committed} committed, {Aborted} came to nothing")]
    public static partial void RoundEnded(ILogger log, string pool, int planned, int committed, int aborted);

    [LoggerMessage(207, LogLevel.Warning, "Pool {Pool}: a snapshot was not written; the journal goes on without it")]
    public static partial void SnapshotFailed(ILogger log, Exception error, string pool);

    [LoggerMessage(208, LogLevel.Warning, "Pool {Pool}: {Cohort} charged {Plan}, which nobody knew any more; it was given back")]
    public static partial void StrayChargeRefunded(ILogger log, string pool, string cohort, string plan);

    [LoggerMessage(206, LogLevel.Error, "Pool {Pool}: background work failed")]
    public static partial void BackgroundFailed(ILogger log, Exception error, string pool);

    [LoggerMessage(208, LogLevel.Information, "Pool {Pool}: epoch {Epoch} has lived for {Age} and hands over, so that its history can be decided again from there")]
    public static partial void HandsOver(ILogger log, string pool, long epoch, TimeSpan age);

    [LoggerMessage(209, LogLevel.Warning, "Pool {Pool}: its history could not be decided again: {Why}")]
    public static partial void ReplayFailed(ILogger log, Exception? error, string pool, string why);

    [LoggerMessage(210, LogLevel.Error, "Pool {Pool}: a recorded decision came out otherwise (I18): {Difference}")]
    public static partial void ReplayDiffers(ILogger log, string pool, string difference);
}
