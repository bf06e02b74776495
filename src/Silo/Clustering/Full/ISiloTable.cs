using Grains.Storage;

namespace Silo.Clustering;

/// <summary>Who is a member, where all silos and gateways can read it.</summary>
internal interface ISiloTable : IMembershipTable
{
    /// <summary>What the silo's row says of it now; null when it has none.</summary>
    /// <exception cref="StorageException">There was no answer.</exception>
    Task<SiloStatus?> StatusOf(SiloAddress silo, CancellationToken cancellationToken);
}
