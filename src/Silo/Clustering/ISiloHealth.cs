namespace Silo.Clustering;

/// <summary>Whether the silo of this process, or the cluster that it is a client of, can be worked with.</summary>
public interface ISiloHealth
{
    /// <summary>Silos that are active, as far as this process knows; at least 1.</summary>
    int Silos { get; }

    /// <summary>What one silo of the cluster does for all, this one does. For a moment two may think so, or none.</summary>
    bool DoesChores { get; }

    /// <summary>Why this process is no member of its cluster; null: it is one, or needs be none.</summary>
    string? Standing => null;

    /// <summary>Since a turn of a grain last ran here, of those that looking at it asks for.</summary>
    TimeSpan SinceTurn => TimeSpan.Zero;

    /// <summary>Null: a call to a grain here is answered, and the silo is a member. Otherwise what is wrong, in one line.</summary>
    Task<string?> Fault(CancellationToken cancellationToken);
}
