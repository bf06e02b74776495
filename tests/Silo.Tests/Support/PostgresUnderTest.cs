using System.Diagnostics.Metrics;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using Silo.Storage;
using Silo.Storage.Postgres;

namespace Silo.Tests.Support;

/// <summary>A schema of its own on the assembly's PostgreSQL server.</summary>
public sealed class PostgresUnderTest : IStorageUnderTest
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly StorageInstruments _instruments;
    private readonly IStorageFaults? _faults;
    private PostgresDatabase? _database;

    public PostgresUnderTest(PostgresServer server, IStorageFaults? faults = null, TimeSpan? reconnectFor = null)
    {
        Server = server;
        _faults = faults;
        _instruments = new StorageInstruments(_services.GetRequiredService<IMeterFactory>());
        Options = new PostgresOptions { Schema = server.NewSchema(), ReconnectFor = reconnectFor ?? TimeSpan.FromMinutes(1) };
    }

    public PostgresServer Server { get; }

    public PostgresOptions Options { get; }

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public PostgresDatabase Database => _database ?? throw new InvalidOperationException("open it first");

    public IJournalStore Journals => new PostgresJournalStore(Database);

    public IGrainStorage Grains => new PostgresGrainStorage(Database);

    public IJobIndex Jobs => new PostgresJobIndex(Database);

    public async Task<PostgresUnderTest> Open()
    {
        await Server.Started();
        _database = OpenAnother();
        return this;
    }

    /// <summary>Another process on the same data.</summary>
    public PostgresDatabase OpenAnother()
    {
        Options.ConnectionString = Server.ConnectionString;
        return PostgresDatabase.Open(Options, new GroupCommitOptions(), _instruments, TimeProvider.System, NullLogger<PostgresDatabase>.Instance, _faults);
    }

    /// <summary>Breaks off every connection to this schema's server, wherever it is.</summary>
    public Task BreakConnections() => Server.Sql("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'orleans-scheduler'");

    public async Task Reopen()
    {
        await Database.DisposeAsync();
        _database = OpenAnother();
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is { } database)
            await database.DisposeAsync();
        _instruments.Dispose();
        await _services.DisposeAsync();
    }
}
