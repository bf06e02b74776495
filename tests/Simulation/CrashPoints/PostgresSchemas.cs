using System.Collections.Concurrent;
using Npgsql;
using Silo.Tests.Support;

namespace Simulation.CrashPoints;

/// <summary>
/// Empty schemas on one server. Each is emptied after its run and used again: the server's catalog, which every connection of ours reads, would grow
/// with every schema that was ever made.
/// </summary>
internal sealed class PostgresSchemas(PostgresServer server) : IAsyncDisposable
{
    private readonly ConcurrentBag<string> _empty = [];
    private readonly Lazy<NpgsqlDataSource> _source = new(() => NpgsqlDataSource.Create(server.ConnectionString));

    public string ConnectionString => server.ConnectionString;

    /// <summary>Nobody else has it.</summary>
    public string Take() => _empty.TryTake(out var schema) ? schema : server.NewSchema();

    /// <summary>Empties it. Who had it open has let go of it; a run that cannot end keeps its schema.</summary>
    public void GiveBack(string schema)
    {
        using var connection = _source.Value.OpenConnection();
        using var tables = new NpgsqlCommand(
            "SELECT string_agg(format('DELETE FROM %I.%I', schemaname, tablename), '; ') FROM pg_tables WHERE schemaname = $1 AND tablename <> 'schema_version'", connection);
        tables.Parameters.Add(new NpgsqlParameter { Value = schema });
        if (tables.ExecuteScalar() is not string all)
        {
            return;
        }

        // Not TRUNCATE, which makes and removes some sixty files: where files are slow that takes longer than the run.
#pragma warning disable CA2100 // The server quoted these names itself.
        using var empty = new NpgsqlCommand(all, connection);
#pragma warning restore CA2100
        empty.ExecuteNonQuery();
        _empty.Add(schema);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source.IsValueCreated)
        {
            await _source.Value.DisposeAsync();
        }
    }
}
