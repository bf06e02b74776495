using System.Collections.Immutable;
using Grains.Storage;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Grains.Pools;

/// <summary>
/// Reads a pool's history back, a stretch at a time and each in pages. Nothing here changes anything, so anybody may read while the pool goes on.
/// </summary>
public sealed class PoolHistoryReader(IJournalStore store, PoolId pool)
{
    private const int PageSize = 1000;

    private readonly string _stream = PoolCore.StreamOf(pool);

    /// <summary>What "bit for bit" means to <see cref="PoolReplay"/>: as it stands in the journal.</summary>
    public static ReplayCodec Codec { get; } = new(RecordCodec.Encode, RecordCodec.Encode);

    /// <summary>The stretches that are kept, oldest first; the last is the one that still grows. None: there is no such pool.</summary>
    public Task<IReadOnlyList<JournalSegment>> List(CancellationToken cancellationToken = default) => store.ListHistory(_stream, cancellationToken);

    /// <summary>Null: it is no longer kept.</summary>
    /// <exception cref="RecordFormatException">A stored record cannot be read.</exception>
    public async Task<PoolHistory?> Read(JournalSegment stretch, CancellationToken cancellationToken = default)
    {
        PoolSnapshot? start = null;
        if (stretch.Position > 0)
        {
            if (await store.ReadSnapshot(_stream, stretch.Position, cancellationToken) is not { } snapshot)
            {
                return null;
            }

            start = RecordCodec.Decode<PoolSnapshot>(snapshot);
        }

        var entries = ImmutableArray.CreateBuilder<PoolEntry>((int)(stretch.End - stretch.Position));
        while (stretch.Position + entries.Count < stretch.End)
        {
            var most = (int)Math.Min(PageSize, stretch.End - stretch.Position - entries.Count);
            var page = await store.ReadEntries(_stream, stretch.Position + entries.Count, most, cancellationToken);
            if (page.Count == 0)
            {
                return null;
            }

            foreach (var entry in page)
            {
                entries.Add(RecordCodec.Decode<PoolEntry>(entry));
            }

            // A grain that reads must let others have their turns; reading itself need not wait.
            await Task.Yield();
        }

        return new PoolHistory { Pool = pool, Position = stretch.Position, Start = start, Entries = entries.MoveToImmutable() };
    }

    /// <summary>The first stretch to read when what happened from then on is asked for: so early that an activation begins in it, or after it, in time.</summary>
    public static int FirstFor(IReadOnlyList<JournalSegment> stretches, DateTimeOffset? from)
    {
        if (from is not { } since)
        {
            return 0;
        }

        // An activation began in a stretch when its epoch is not the one before's.
        for (var i = stretches.Count - 2; i > 0; i--)
        {
            if (stretches[i].ClosedAt <= since && stretches[i].Mark > stretches[i - 1].Mark)
            {
                return i;
            }
        }

        return 0;
    }
}
