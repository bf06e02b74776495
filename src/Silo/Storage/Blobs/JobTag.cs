using System.Globalization;
using Azure;
using Grains.Storage;

namespace Silo.Storage.Blobs;

/// <summary>
/// What a job's record has as ETag: the table's own, with what the rows hang on that the record is found by. Who has the ETag knows which rows a write has to
/// remove, without reading; and where it does not fit, nothing is written.
/// </summary>
internal sealed record JobTag(string Table, long Submitted, long? Wake, string? Parent, bool IsLive, bool IsLarge)
{
    public static JobTag Of(JobIndexRow row, string table, bool isLarge) =>
        new(table, row.SubmittedAt.UtcTicks, row.WakeAt?.UtcTicks, row.Parent?.Value, !row.Ended, isLarge);

    public ETag ETag => new(Table);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"j1|{(IsLive ? 'l' : 'e')}{(IsLarge ? 'b' : '-')}|{Submitted}|{(Wake is { } w ? w : -1)}|{Parent}|{Table}");

    /// <summary>Null: no store of ours gave it.</summary>
    public static JobTag? Parse(string text)
    {
        var parts = text.Split('|', 6);
        return parts is ["j1", { Length: 2 } kind, _, _, _, _]
            && long.TryParse(parts[2], NumberStyles.Integer, CultureInfo.InvariantCulture, out var submitted)
            && long.TryParse(parts[3], NumberStyles.Integer, CultureInfo.InvariantCulture, out var wake)
                ? new JobTag(parts[5], submitted, wake < 0 ? null : wake, parts[4].Length == 0 ? null : parts[4], kind[0] == 'l', kind[1] == 'b')
                : null;
    }
}
