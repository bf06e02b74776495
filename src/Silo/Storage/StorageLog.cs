using Microsoft.Extensions.Logging;

namespace Silo.Storage;

/// <summary>Storage events 2100–2199.</summary>
internal static partial class StorageLog
{
    [LoggerMessage(2100, LogLevel.Information, "Storage {Path} is open, schema {Schema}, version {Version}.")]
    public static partial void Opened(this ILogger logger, string path, int schema, long version);

    [LoggerMessage(2101, LogLevel.Information, "Storage schema moved from {From} to {To}.")]
    public static partial void Migrated(this ILogger logger, int from, int to);

    [LoggerMessage(2102, LogLevel.Error, "A transaction of {Ops} writes failed; none of them was kept.")]
    public static partial void NotWritten(this ILogger logger, Exception cause, int ops);

    [LoggerMessage(2103, LogLevel.Warning, "The commit of {Ops} writes reported an error, but they were found durable.")]
    public static partial void WrittenAllTheSame(this ILogger logger, Exception cause, int ops);

    [LoggerMessage(2104, LogLevel.Critical, "The commit of {Ops} writes failed and what became of them cannot be read: writes fail until it can.")]
    public static partial void Unknown(this ILogger logger, Exception cause, int ops);

    [LoggerMessage(2105, LogLevel.Information, "Storage can be written again.")]
    public static partial void Recovered(this ILogger logger);

    [LoggerMessage(2106, LogLevel.Error, "A write of {Key} cannot be stored.")]
    public static partial void OneFailed(this ILogger logger, Exception cause, string key);

    [LoggerMessage(2107, LogLevel.Warning, "The write-ahead log could not be moved into the database; it grows until that works.")]
    public static partial void CheckpointFailed(this ILogger logger, Exception cause);

    [LoggerMessage(2108, LogLevel.Warning, "The database cannot be reached yet: {Reason}")]
    public static partial void WaitsForDatabase(this ILogger logger, string reason);

    [LoggerMessage(2109, LogLevel.Warning, "What a snapshot of {Stream} replaced could not be removed yet; a later snapshot will.")]
    public static partial void SweepFailed(this ILogger logger, Exception cause, string stream);

    [LoggerMessage(2110, LogLevel.Critical, "The store was taken by somebody who copies it while this process could not be seen: it writes no more. Start it again.")]
    public static partial void PresenceLost(this ILogger logger, Exception cause);
}
