using System.Globalization;
using Orleans.Storage;

namespace Silo.Storage;

/// <summary>The refusals that every store gives in the same words.</summary>
internal static class Conflicts
{
    public static InconsistentStateException Journal(string stream, long position, long expected) => new(
        $"Stream {stream} is at position {position}, not {expected}: another writer has taken it over.", Text(position), Text(expected));

    public static InconsistentStateException Snapshot(string stream, long position, long snapshotPosition, long asked) => new(
        $"Stream {stream} is at position {position} with a snapshot of {snapshotPosition}: a snapshot of {asked} does not belong to it.",
        Text(position),
        Text(asked));

    public static InconsistentStateException State(string key, string? stored, string? expected) => new(
        $"State {key} has ETag {stored ?? "(none)"}, not {expected ?? "(none)"}: another writer was first.", stored, expected);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
