using System.Diagnostics.Metrics;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using Silo;
using Silo.Storage;
using Silo.Storage.Postgres;

namespace Simulation.CrashPoints;

/// <summary>A schema of its own on a real PostgreSQL server. A kill is what the server sees of one: connections that nobody uses any more; the next life has its own.</summary>
internal sealed class PostgresMedium : IMedium, IStorageFaults
{
    private readonly PostgresSchemas _schemas;
    private readonly PostgresOptions _options;
    private readonly Standing _still = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly StorageInstruments _instruments;
    private readonly List<PostgresDatabase> _dead = [];
    private PostgresDatabase? _database;
    private WriteFault? _inside;

    public PostgresMedium(PostgresSchemas schemas)
    {
        _schemas = schemas;
        _instruments = new StorageInstruments(_services.GetRequiredService<IMeterFactory>());
        Jobs = new StandingIndex(() => new PostgresJobIndex(Database), _still);
        _options = new PostgresOptions { ConnectionString = schemas.ConnectionString, Schema = schemas.Take(), ReadConnections = 1 };
    }

    public IJobIndex Jobs { get; }

    private PostgresDatabase Database => _database ??= PostgresDatabase.Open(
        _options, new GroupCommitOptions(), _instruments, TimeProvider.System, NullLogger<PostgresDatabase>.Instance, this);

    public IJournalStore OpenJournals(TimeProvider time) => new StandingJournals(new PostgresJournalStore(Database), _still);

    public IGrainStorage OpenStates(TimeProvider time) => new StandingStates(new PostgresGrainStorage(Database), _still);

    public void FailInside(WriteFault fault) => _inside = fault;

    public void Kill()
    {
        _still.Change();
        if (_database is { } dead)
        {
            _dead.Add(dead);
        }

        _database = null;
    }

    /// <summary>Called by the writer: before it sends a batch, and when the batch is durable.</summary>
    StorageFault IStorageFaults.Next(StorageOperation operation, string key)
    {
        if (_inside is not { } fault || operation != (fault == WriteFault.CommitAnswerLost ? StorageOperation.Recover : StorageOperation.Commit))
        {
            return StorageFault.None;
        }

        _inside = null;
        return new StorageFault(fault == WriteFault.CommitAnswerLost ? StorageFaultKind.FailAfter : StorageFaultKind.FailBefore);
    }

    public void Dispose()
    {
        foreach (var database in _dead.Append(_database))
        {
            database?.Dispose();
        }

        _schemas.GiveBack(_options.Schema);
        _instruments.Dispose();
        _services.Dispose();
    }
}
