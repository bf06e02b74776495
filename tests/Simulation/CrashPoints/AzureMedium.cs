using System.Diagnostics.Metrics;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using Silo;
using Silo.Storage;
using Silo.Storage.Blobs;
using Silo.Tests.Support;

namespace Simulation.CrashPoints;

/// <summary>A container and a table of their own on Azurite. A kill cuts the way of all who had it open; within a write it falls between two of its requests.</summary>
internal sealed class AzureMedium : IMedium
{
    private readonly AzureStoreOptions _options;
    private readonly string _connection = Path.GetTempFileName();
    private readonly Standing _still = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly StorageInstruments _instruments;
    private readonly List<BlobDatabase> _dead = [];
    private FaultyTransport _way = new();
    private BlobDatabase? _database;

    public AzureMedium(AzuriteServer server)
    {
        _instruments = new StorageInstruments(_services.GetRequiredService<IMeterFactory>());
        Jobs = new StandingIndex(() => new BlobJobIndex(Database), _still);
        File.WriteAllText(_connection, server.ConnectionString);
        var name = server.NewName();
        _options = new AzureStoreOptions { ConnectionStringFile = _connection, Container = name, Table = name, ReconnectFor = TimeSpan.FromMilliseconds(300) };
    }

    public IJobIndex Jobs { get; }

    private BlobDatabase Database => _database ??= BlobDatabase.Open(
        _options, new GroupCommitOptions(), _instruments, TimeProvider.System, NullLoggerFactory.Instance, _way, alone: false);

    public IJournalStore OpenJournals(TimeProvider time) => new StandingJournals(new BlobJournalStore(Database), _still);

    public IGrainStorage OpenStates(TimeProvider time) => new StandingStates(new BlobGrainStorage(Database), _still);

    public void FailInside(WriteFault fault) => _way.Plan(1, fault switch
    {
        WriteFault.KilledInside => RequestFault.DeadAfter,
        WriteFault.CommitAnswerLost => RequestFault.AnswerLost,
        _ => RequestFault.Lost,
    });

    public void Kill()
    {
        _still.Change();
        _way.IsAway = true;
        if (_database is { } dead)
        {
            _dead.Add(dead);
        }

        (_database, _way) = (null, new FaultyTransport());
    }

    public void Dispose()
    {
        foreach (var database in _dead.Append(_database))
        {
            database?.Dispose();
        }

        // Azurite looks through all that it holds at each request.
        var (container, table) = BlobDatabase.Clients(_options, _options.RequestTimeout, transport: null);
        container.Delete();
        table.Delete();
        _instruments.Dispose();
        _services.Dispose();
        File.Delete(_connection);
    }
}
