namespace Silo;

/// <summary>How many writes share one transaction, and one fsync.</summary>
public sealed class GroupCommitOptions
{
    /// <summary>Writes in one transaction at most. 1–65536. Default 1024.</summary>
    public int MaxOps { get; set; } = 1024;

    /// <summary>Record bytes in one transaction, passed by one write at most. At least 64 KiB. Default 16 MiB.</summary>
    public int MaxBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Writes that wait for a transaction; more wait for a place in the queue, in order. 1–1048576. Default 8192.</summary>
    public int QueueLength { get; set; } = 8192;

    /// <summary>The largest single write in bytes; a larger one is refused. At least 1 MiB, below 1000 MiB (SQLite allows 1 GB). Default 256 MiB.</summary>
    public int MaxRecordBytes { get; set; } = 256 * 1024 * 1024;
}
