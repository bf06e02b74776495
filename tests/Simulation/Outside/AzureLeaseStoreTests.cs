using Azure.Data.Tables;
using Silo;
using Silo.Clustering;
using Silo.Storage.Blobs;
using Silo.Tests.Support;

namespace Simulation.Outside;

public sealed class AzureLeaseStoreTests(AzuriteServer server) : TableLeaseStoreTests, IClassFixture<AzuriteServer>, IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private TableClient? _table;

    public void Dispose() => File.Delete(_file);

    private protected override async Task<ILeaseTable> Open()
    {
        await server.Started();
        await File.WriteAllTextAsync(_file, server.ConnectionString);
        var options = new AzureStoreOptions { ConnectionStringFile = _file, Table = server.NewName() };
        _table = BlobDatabase.Clients(options, TimeSpan.FromMinutes(1), transport: null).Table;
        await _table.CreateIfNotExistsAsync();
        return new BlobLeases(options);
    }

    private protected override Task Delete(string name) => _table!.DeleteEntityAsync("lease", name);
}
