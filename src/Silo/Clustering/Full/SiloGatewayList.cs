using Microsoft.Extensions.Options;
using Orleans.Messaging;

namespace Silo.Clustering;

/// <summary>Where a client may connect: the silos that are active. While the database is away the last list is good.</summary>
internal sealed class PostgresGatewayList(PostgresMembership membership, IOptions<SiloOptions> options) : IGatewayListProvider
{
    public TimeSpan MaxStaleness => options.Value.Membership.RefreshEvery;

    public bool IsUpdatable => true;

    public Task InitializeGatewayListProvider() => membership.InitializeMembershipTable(tryInitTableVersion: false);

    public async Task<IList<Uri>> GetGateways() =>
    [
        .. from row in (await membership.ReadAll()).Members
           let entry = row.Item1
           where entry.Status == SiloStatus.Active && entry.ProxyPort > 0
           select SiloAddress.New(entry.SiloAddress.Endpoint.Address, entry.ProxyPort, entry.SiloAddress.Generation).ToGatewayUri(),
    ];
}
