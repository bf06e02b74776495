using Grains.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Silo;
using Silo.Clustering;
using Silo.Tests.Support;

namespace Cluster.Tests.Clustering;

public sealed class AzureMembershipTests(AzuriteServer server) : MembershipTableTests, IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task An_account_that_is_away_is_not_taken_for_a_silo_without_a_row()
    {
        await File.WriteAllTextAsync(_file, "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=eA==;BlobEndpoint=http://127.0.0.1:1/a;TableEndpoint=http://127.0.0.1:1/a;");
        var table = Table(new AzureStoreOptions { ConnectionStringFile = _file }, "c");
        await Assert.ThrowsAsync<StorageException>(() => table.StatusOf(SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1), CancellationToken.None));
    }

    private protected override async Task<OpenTable> Open(OpenTable? beside = null, string cluster = "c")
    {
        await server.Started();
        await File.WriteAllTextAsync(_file, server.ConnectionString);
        var options = new AzureStoreOptions { ConnectionStringFile = _file, Table = beside?.Store ?? server.NewName() };
        var table = Table(options, cluster);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        return new OpenTable(table, options.Table);
    }

    private static AzureMembership Table(AzureStoreOptions options, string cluster) => new(options, cluster, TimeProvider.System, NullLogger<AzureMembership>.Instance);
}
