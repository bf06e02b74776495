using Microsoft.Extensions.Logging;

namespace Grains;

/// <summary>Quotas: 400–499.</summary>
internal static partial class GrainLog
{
    [LoggerMessage(400, LogLevel.Error, "Quota tree {Cohort}: its journal is lost to it; this activation ends")]
    public static partial void QuotaJournalLost(ILogger log, Exception error, string cohort);

    [LoggerMessage(401, LogLevel.Warning, "Quota tree {Cohort}: a snapshot was not written; the journal goes on without it")]
    public static partial void QuotaSnapshotFailed(ILogger log, Exception error, string cohort);

    [LoggerMessage(402, LogLevel.Warning, "Quota tree {Cohort}: a charge of {Attempt} is at fault: {Problem}")]
    public static partial void ChargeAtFault(ILogger log, string cohort, string attempt, string problem);

    [LoggerMessage(403, LogLevel.Information, "Quota tree {Cohort}: {User} set {Path}; version {Version}")]
    public static partial void QuotaSet(ILogger log, string cohort, string user, string path, long version);

    [LoggerMessage(404, LogLevel.Warning, "Quota tree {Cohort}: the directory could not be told of it; trying again")]
    public static partial void CohortNotListed(ILogger log, Exception error, string cohort);

    [LoggerMessage(405, LogLevel.Warning, "Quota tree {Cohort}: pool {Pool} could not be told of room; it asks again by itself")]
    public static partial void RoomNotTold(ILogger log, Exception error, string cohort, string pool);
}
