namespace Scheduling.Placement;

/// <summary>
/// Which nodes changed, in order. Views read it from where they stopped, so a change costs the same however many views
/// there are, and a view that nobody asks costs nothing.
/// </summary>
internal sealed class ChangeLog
{
    private const int Size = 1 << 12;
    private readonly Entry[] entries = new Entry[Size];
    private long read;

    /// <summary>The number of the next entry.</summary>
    public long Head { get; private set; }

    /// <summary>Notes that nodes of a rack changed.</summary>
    public void Append(int rack, ulong nodes, bool spec = false)
    {
        // Nobody has read the last entry and it is of the same rack: one entry will do.
        ref var last = ref entries[(int)(Head - 1) & (Size - 1)];
        if (Head > read && last.Rack == rack)
        {
            last.Nodes |= nodes;
            last.Spec |= spec;
            return;
        }

        entries[(int)Head & (Size - 1)] = new Entry { Rack = rack, Nodes = nodes, Spec = spec };
        Head++;
    }

    /// <summary>The number from which a reader who stopped at <paramref name="cursor"/> can go on, or -1 when it must read everything anew.</summary>
    public bool Reaches(long cursor, int racks) => Head - cursor <= Math.Min(Size, Math.Max(racks, 16));

    public ref readonly Entry At(long number) => ref entries[(int)number & (Size - 1)];

    /// <summary>A reader has come as far as the head.</summary>
    public void MarkRead() => read = Head;

    public struct Entry
    {
        public int Rack;
        public ulong Nodes;

        /// <summary>The rack's nodes themselves changed, not only what they have free.</summary>
        public bool Spec;
    }
}
