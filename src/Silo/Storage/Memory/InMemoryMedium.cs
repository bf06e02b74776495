namespace Silo.Storage.Memory;

/// <summary>What a disk would hold: it outlives the stores, so that a test can end a "process" and open the next on the same medium.</summary>
public sealed class InMemoryMedium
{
    /// <summary>Told of every change, in order, while it is made.</summary>
    public IMediumObserver? Observer { get; set; }

    /// <summary>Held for every look and every change; never across an await.</summary>
    internal Lock Gate { get; } = new();

    internal Dictionary<string, InMemoryStream> Streams { get; } = new(StringComparer.Ordinal);

    internal Dictionary<(string Name, string Grain), InMemoryState> States { get; } = [];

    internal InMemoryJobTable Jobs { get; } = new();

    /// <summary>Numbers every write of a state; never given twice.</summary>
    internal long NextVersion { get; set; } = 1;
}
