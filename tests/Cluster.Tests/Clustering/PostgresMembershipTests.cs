using Microsoft.Extensions.Logging.Abstractions;
using Silo;
using Silo.Clustering;
using Silo.Tests.Support;

namespace Cluster.Tests.Clustering;

public sealed class PostgresMembershipTests(PostgresServer server) : MembershipTableTests
{
    private protected override async Task<OpenTable> Open(OpenTable? beside = null, string cluster = "c")
    {
        await server.Started();
        var options = new PostgresOptions { ConnectionString = server.ConnectionString, Schema = beside?.Store ?? server.NewSchema() };
        var table = new PostgresMembership(options, cluster, NullLogger<PostgresMembership>.Instance);
        await table.InitializeMembershipTable(tryInitTableVersion: true);
        return new OpenTable(table, options.Schema);
    }
}
