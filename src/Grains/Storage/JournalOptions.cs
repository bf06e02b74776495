namespace Grains.Storage;

/// <summary>When a journal asks for a snapshot.</summary>
public sealed record JournalOptions
{
    public static JournalOptions Default { get; } = new();

    /// <summary>No snapshot for fewer entries than this. Default 1000.</summary>
    public int MinEntries { get; init; } = 1000;

    /// <summary>
    /// No snapshot before the entries' bytes are this many times the last snapshot's: a snapshot then costs each entry a
    /// constant share, however large the state. Default 1.
    /// </summary>
    public double SizeFactor { get; init; } = 1;
}
