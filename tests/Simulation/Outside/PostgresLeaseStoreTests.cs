using Silo;
using Silo.Clustering;
using Silo.Storage.Postgres;
using Silo.Tests.Support;

namespace Simulation.Outside;

public sealed class PostgresLeaseStoreTests(PostgresServer server) : TableLeaseStoreTests, IClassFixture<PostgresServer>, IAsyncDisposable
{
    private readonly string _schema = server.NewSchema();
    private PostgresLeases? _leases;

    public async ValueTask DisposeAsync()
    {
        if (_leases is { } leases)
        {
            await leases.DisposeAsync();
        }
    }

    private protected override async Task<ILeaseTable> Open()
    {
        await server.Started();
        var options = new PostgresOptions { ConnectionString = server.ConnectionString, Schema = _schema };
        await using (var source = PostgresDatabase.Source(options, 1, TimeSpan.FromMinutes(1)))
        await using (var connection = await source.OpenConnectionAsync())
        {
            PostgresSchema.Migrate(connection, _schema, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        }

        return _leases = new PostgresLeases(options);
    }

    private protected override Task Delete(string name) => server.Sql($"DELETE FROM {_schema}.lease WHERE name = '{name}'");
}
