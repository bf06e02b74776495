using System.Globalization;
using System.Text;

namespace Silo.Storage.Blobs;

/// <summary>
/// Keys of the table of jobs. A job's rows are all in one partition, so that one transaction changes them: its record, and a row for each way to find it. Rows of a kind
/// sort as they are asked for.
/// </summary>
internal static class JobKeys
{
    /// <summary>Partitions. Part of the layout: never changed.</summary>
    public const int Buckets = 8;

    /// <summary>What a range of one kind ends before.</summary>
    private const char AfterColon = ';';

    public static IEnumerable<string> AllBuckets => Enumerable.Range(0, Buckets).Select(BucketName);

    public static string Bucket(string job)
    {
        var hash = 2166136261u;
        foreach (var c in job)
            hash = unchecked((hash ^ c) * 16777619u);
        return BucketName((int)(hash % Buckets));
    }

    public static string Record(string job) => $"r:{job}";

    /// <summary>Of a job that has not ended.</summary>
    public static string Live(string job) => $"l:{job}";

    public static string Newest(long submitted, string job) => $"s:{Down(submitted, job)}";

    public static string Part(string parent, long submitted, string job) => $"p:{parent}:{Down(submitted, job)}";

    public static string Wake(long ticks, string job) => $"w:{Up(ticks)}:{job}";

    /// <summary>Who writes: one row for each process, in each partition.</summary>
    public static string Writer(long writer) => $"!{writer:x16}";

    public static string OfWake(string rowKey) => rowKey[19..];

    /// <summary>All rows of a kind, or those behind one.</summary>
    public static string Range(string bucket, string prefix, string? after = null) =>
        $"PartitionKey eq '{bucket}' and RowKey gt '{Quoted(after ?? prefix)}' and RowKey lt '{Quoted(prefix[..^1] + AfterColon)}'";

    /// <summary>Rows of wake-ups that are not after a time.</summary>
    public static string DueBy(string bucket, long ticks) => $"PartitionKey eq '{bucket}' and RowKey gt 'w:' and RowKey lt 'w:{Up(ticks)}{AfterColon}'";

    public static string Quoted(string text) => text.Replace("'", "''", StringComparison.Ordinal);

    private static string BucketName(int number) => $"job-{number}";

    private static string Up(long ticks) => ticks.ToString("X16", CultureInfo.InvariantCulture);

    /// <summary>Sorts the other way round: later first, and of one time the greater id first.</summary>
    private static string Down(long ticks, string job)
    {
        var key = new StringBuilder(16 + 2 * job.Length + 1).Append(Up(long.MaxValue - ticks));
        foreach (var b in Encoding.UTF8.GetBytes(job))
            key.Append((255 - b).ToString("X2", CultureInfo.InvariantCulture));
        return key.Append('~').ToString();
    }
}
