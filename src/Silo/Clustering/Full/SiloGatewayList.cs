using Microsoft.Extensions.Options;
using Orleans.Messaging;

namespace Silo.Clustering;

/// <summary>Where a client may connect: the silos that are active. While the store is away the last list is good.</summary>
internal sealed class SiloGatewayList(ISiloTable membership, IOptions<SiloOptions> options) : IGatewayListProvider
{
    public TimeSpan MaxStaleness => options.Value.Membership.RefreshEvery;

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => membership.InitializeMembershipTableAsync(false, CancellationToken.None);

    public async Task<IList<Uri>> GetGateways() =>
    [
        .. from row in (await membership.ReadAllAsync(CancellationToken.None)).Members
           let entry = row.Item1
           where entry.Status == SiloStatus.Active && entry.ProxyPort > 0
           select SiloAddress.New(entry.SiloAddress.Endpoint.Address, entry.ProxyPort, entry.SiloAddress.Generation).ToGatewayUri(),
    ];
}
