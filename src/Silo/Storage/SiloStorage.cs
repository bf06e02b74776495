using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Storage;
using Silo.Storage.Blobs;
using Silo.Storage.Memory;
using Silo.Storage.Postgres;
using Silo.Storage.Sqlite;

namespace Silo.Storage;

/// <summary>The one store of a process, in the three forms that the rest asks for.</summary>
internal sealed class SiloStorage : IDisposable
{
    private readonly IDisposable? _database;

    private SiloStorage(SqliteDatabase database)
    {
        _database = database;
        Journals = new SqliteJournalStore(database);
        Grains = new SqliteGrainStorage(database);
        Jobs = new SqliteJobIndex(database);
    }

    private SiloStorage(PostgresDatabase database)
    {
        _database = database;
        Journals = new PostgresJournalStore(database);
        Grains = new PostgresGrainStorage(database);
        Jobs = new PostgresJobIndex(database);
    }

    private SiloStorage(BlobDatabase database)
    {
        _database = database;
        Journals = new BlobJournalStore(database);
        Grains = new BlobGrainStorage(database);
        Jobs = new BlobJobIndex(database);
    }

    private SiloStorage(InMemoryMedium medium, TimeProvider time, IStorageFaults? faults)
    {
        Journals = new InMemoryJournalStore(medium, time, faults);
        Grains = new InMemoryGrainStorage(medium, time, faults);
        Jobs = new InMemoryJobIndex(medium);
    }

    public IJournalStore Journals { get; }

    public IGrainStorage Grains { get; }

    public IJobIndex Jobs { get; }

    /// <exception cref="StorageStartupException">The data folder, or the database, cannot be used.</exception>
    public static SiloStorage Open(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<SiloOptions>>().Value;
        var time = services.GetRequiredService<TimeProvider>();
        var faults = services.GetService<IStorageFaults>();
        var instruments = services.GetRequiredService<StorageInstruments>();
        return options.Storage switch
        {
            // A medium that a test registered outlives the host, as a disk would.
            StorageKind.Memory => new SiloStorage(services.GetService<InMemoryMedium>() ?? new InMemoryMedium(), time, faults),
            StorageKind.Postgres => new SiloStorage(PostgresDatabase.Open(
                options.Postgres, options.GroupCommit, instruments, time, services.GetRequiredService<ILogger<PostgresDatabase>>(), faults)),
            StorageKind.Azure => new SiloStorage(BlobDatabase.Open(
                options.Azure, options.GroupCommit, instruments, time, services.GetRequiredService<ILoggerFactory>())),
            _ => new SiloStorage(SqliteDatabase.Open(
                options.DataFolder, options.GroupCommit, options.ReadConnections, instruments, time, services.GetRequiredService<ILogger<SqliteDatabase>>(), faults)),
        };
    }

    public void Dispose() => _database?.Dispose();
}
