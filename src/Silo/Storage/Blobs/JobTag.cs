using System.Globalization;
using Azure;
using Grains.Storage;

namespace Silo.Storage.Blobs;

/// <summary>
/// What a job's record has as ETag: the table's own, with what the rows hang on that the record is found by. Who has the ETag knows which rows a write has to
/// remove, without reading; and where it does not fit, nothing is written.
/// </summary>
internal sealed record JobTag(string Table, long Submitted, long? Wake, string? Parent, bool IsLive, string? Body)
{
    /// <param name="row">The columns.</param>
    /// <param name="table">The table's ETag.</param>
    /// <param name="body">The blob that holds the record's bytes, where they are many.</param>
    public static JobTag Of(JobIndexRow row, string table, string? body) =>
        new(table, row.SubmittedAt.UtcTicks, row.WakeAt?.UtcTicks, row.Parent?.Value, !row.Ended, body);

    public ETag ETag => new(Table);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"j1|{(IsLive ? 'l' : 'e')}|{Submitted}|{(Wake is { } w ? w : -1)}|{Parent}|{Body}|{Table}");

    /// <summary>Null: no store of ours gave it.</summary>
    public static JobTag? Parse(string text)
    {
        var parts = text.Split('|', 7);
        return parts is ["j1", "l" or "e", _, _, _, _, _]
            && long.TryParse(parts[2], NumberStyles.Integer, CultureInfo.InvariantCulture, out var submitted)
            && long.TryParse(parts[3], NumberStyles.Integer, CultureInfo.InvariantCulture, out var wake)
                ? new JobTag(parts[6], submitted, wake < 0 ? null : wake, Some(parts[4]), parts[1] == "l", Some(parts[5]))
                : null;

        static string? Some(string part) => part.Length == 0 ? null : part;
    }
}
