namespace Silo.Clustering;

/// <summary>Who leads what, in the store that all processes of a cluster share; there is none when the store belongs to one process.</summary>
public interface ILeaseTable
{
    /// <summary>The row as it stands now; null: there is none.</summary>
    /// <exception cref="Grains.Storage.StorageException">There was no answer.</exception>
    Task<LeaseRow?> Read(string name, CancellationToken cancellationToken);

    /// <summary>Writes the row if its version is still <paramref name="ifVersion"/> (null: if there is none yet), and answers its new version; null: it was changed.</summary>
    /// <exception cref="Grains.Storage.StorageException">There was no answer: it may have been written.</exception>
    Task<string?> Write(LeaseRow row, string? ifVersion, CancellationToken cancellationToken);
}

/// <param name="Name">What is led.</param>
/// <param name="Holder">Who leads; empty when the last one gave it up.</param>
/// <param name="Epoch">Grows each time that leadership is taken.</param>
/// <param name="Duration">Nobody else takes it before it stood unchanged for so long.</param>
/// <param name="RenewedAt">For people: clocks differ.</param>
public sealed record LeaseRow(string Name, string Holder, long Epoch, TimeSpan Duration, DateTimeOffset RenewedAt)
{
    /// <summary>Of the row as it was read; not looked at when it is written. No two have one, even where a row was deleted and made again.</summary>
    public string Version { get; init; } = "";

    /// <summary>When the row was made, by the store's own clock; not looked at when it is written.</summary>
    public DateTimeOffset BornAt { get; init; }
}
