using Silo.Tests.Support;

namespace Simulation.CrashPoints;

/// <summary>One PostgreSQL server for all runs, each of which has a schema of its own. Started by the first that asks.</summary>
public sealed class CrashServers : IAsyncDisposable
{
    // The runs in memory need no PostgreSQL. What dies in the others is never the server, nor its machine: it need not wait for the disk.
    private readonly Lazy<PostgresServer> _postgres = new(() => new PostgresServer { Syncs = false });
    private readonly Lazy<PostgresSchemas> _schemas;

    public CrashServers() => _schemas = new Lazy<PostgresSchemas>(() => new PostgresSchemas(_postgres.Value));

    internal async Task<PostgresSchemas> Postgres()
    {
        await _postgres.Value.Started();
        return _schemas.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (_schemas.IsValueCreated)
        {
            await _schemas.Value.DisposeAsync();
        }

        if (_postgres.IsValueCreated)
        {
            await _postgres.Value.DisposeAsync();
        }
    }
}
