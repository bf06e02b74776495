using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Pools;

/// <summary>
/// One stretch of a pool's journal: from one snapshot to the next, or to the end. Stretches of one pool follow each other without a gap:
/// what <see cref="Scheduling.Replay.PoolReplay"/> re-decides, and what questions of "what if" start from.
/// </summary>
public sealed record PoolHistory
{
    public required PoolId Pool { get; init; }

    /// <summary>The journal position that <see cref="Start"/> stands for: the first entry has the next one.</summary>
    public required long Position { get; init; }

    /// <summary>The state at the beginning; null: the journal begins here.</summary>
    public PoolSnapshot? Start { get; init; }

    /// <summary>In journal order.</summary>
    public required ImmutableArray<PoolEntry> Entries { get; init; }

    /// <summary>The position of the last entry.</summary>
    public long End => Position + Entries.Length;
}
