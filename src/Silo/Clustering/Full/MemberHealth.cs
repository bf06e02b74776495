using Microsoft.Extensions.DependencyInjection;

namespace Silo.Clustering;

/// <summary>Of a process with a silo: it is an active member, its lease holds, and a grain on it answers.</summary>
internal sealed class MemberHealth(ISiloStatusOracle silos, LocalProbe probe, IServiceProvider services) : ISiloHealth
{
    public int Silos => Math.Max(1, silos.GetApproximateSiloStatuses(onlyActive: true).Count);

    /// <summary>The one with the lowest address.</summary>
    public bool DoesChores => silos.GetApproximateSiloStatuses(onlyActive: true).Keys.Min()?.Equals(silos.SiloAddress) ?? false;

    public string? Standing =>
        services.GetService<MembershipLease>()?.Fault ?? (silos.CurrentStatus == SiloStatus.Active ? null : $"the silo is {silos.CurrentStatus}");

    public TimeSpan SinceTurn => probe.SinceTurn;

    public async Task<string?> Fault(CancellationToken cancellationToken) => Standing ?? await probe.Fault(cancellationToken);
}
