using Scheduling.Pools;

namespace Scheduling.Replay;

/// <summary>How entries and states are written: what "bit for bit" means. The journal's own encoding is handed in.</summary>
public sealed record ReplayCodec(Func<PoolEntry, byte[]> Entry, Func<PoolSnapshot, byte[]> State)
{
    internal bool Same(PoolEntry one, PoolEntry other) => one.Equals(other) || Entry(one).AsSpan().SequenceEqual(Entry(other));

    internal bool Same(PoolSnapshot one, PoolSnapshot other) => State(one).AsSpan().SequenceEqual(State(other));
}
