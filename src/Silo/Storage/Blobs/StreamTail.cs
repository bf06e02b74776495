using Azure;

namespace Silo.Storage.Blobs;

/// <summary>Where a stream ends: in which log, and how long that is.</summary>
/// <param name="Log">The position that the log begins at.</param>
/// <param name="Exists">False: whoever appends next makes it.</param>
/// <param name="Logs">All logs that were passed on the way here.</param>
internal sealed record StreamTail(long Log, bool Exists, long Offset, long Position, int Blocks, IReadOnlyList<long> Logs)
{
    /// <summary>Of a log that this writer made and nobody has written to.</summary>
    public ETag? Made { get; init; }

    public static StreamTail Start(long log) => new(log, Exists: false, Offset: 0, Position: log, Blocks: 0, [log]);

    public bool IsBehind(StreamTail other) => (Log, Offset).CompareTo((other.Log, other.Offset)) < 0 || (Log == other.Log && !Exists && other.Exists);

    public StreamTail After(int entries, int bytes) => this with { Offset = Offset + bytes, Position = Position + entries, Blocks = Blocks + 1, Made = null };

    public StreamTail Sealed() => Start(Position) with { Logs = [.. Logs, Position] };
}
