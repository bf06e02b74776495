namespace Scheduling.Placement.Policies;

/// <summary>Which states changed, in order; readers go on from where they stopped.</summary>
internal sealed class StateLog
{
    private const int Size = 1 << 12;
    private readonly int[] entries = new int[Size];

    /// <summary>The number of the next entry.</summary>
    public long Head { get; private set; }

    public void Append(int state) => entries[(int)Head++ & (Size - 1)] = state;

    /// <summary>False when a reader that stopped at <paramref name="cursor"/> must read everything anew.</summary>
    public bool Reaches(long cursor) => Head - cursor <= Size;

    public int At(long number) => entries[(int)number & (Size - 1)];
}
