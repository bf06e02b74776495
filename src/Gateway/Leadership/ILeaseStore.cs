namespace Gateway.Leadership;

/// <summary>
/// One compare-and-set record per name: a Lease of Kubernetes' coordination API, or a row of the silos' store. Every call answers or says that it does not know; a call that
/// is not known to have been made may have been, and may still be.
/// </summary>
internal interface ILeaseStore
{
    /// <summary>Records say when they were made, by a clock that all who use the store share.</summary>
    bool HasClock => false;

    /// <summary>The record as it stands now, never an older one.</summary>
    Task<LeaseAnswer> Read(string name, CancellationToken cancellationToken);

    /// <summary>Writes the record if its version is still <paramref name="ifVersion"/>; null: if there is none yet.</summary>
    Task<LeaseAnswer> Write(string name, LeaseRecord record, string? ifVersion, CancellationToken cancellationToken);
}
