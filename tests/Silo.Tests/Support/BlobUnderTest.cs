using System.Diagnostics.Metrics;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using Silo.Storage;
using Silo.Storage.Blobs;

namespace Silo.Tests.Support;

/// <summary>A container and a table of their own on the assembly's Azurite.</summary>
public sealed class BlobUnderTest : IStorageUnderTest
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly StorageInstruments _instruments;
    private readonly TemporaryFolder _folder = new();
    private readonly AzuriteServer? _server;
    private readonly List<BlobDatabase> _abandoned = [];
    private BlobDatabase? _database;

    public BlobUnderTest(AzuriteServer server, FaultyTransport? transport = null, TimeSpan? reconnectFor = null) : this(server.NewName(), transport, reconnectFor) => _server = server;

    /// <param name="name">Of the container and the table; the server is named to <see cref="Open(string)"/>.</param>
    /// <param name="transport">The way to the server.</param>
    /// <param name="reconnectFor">How long writes wait for it.</param>
    public BlobUnderTest(string name, FaultyTransport? transport = null, TimeSpan? reconnectFor = null)
    {
        _instruments = new StorageInstruments(_services.GetRequiredService<IMeterFactory>());
        Transport = transport;
        Options = new AzureStoreOptions
        {
            Container = name,
            Table = name,
            ConnectionStringFile = Path.Combine(_folder.Path, "connection"),
            ReconnectFor = reconnectFor ?? TimeSpan.FromMinutes(1),
        };
    }

    public FaultyTransport? Transport { get; set; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public AzureStoreOptions Options { get; }

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public StorageInstruments Instruments => _instruments;

    public BlobDatabase Database => _database ?? throw new InvalidOperationException("open it first");

    public IJournalStore Journals => new BlobJournalStore(Database);

    public IGrainStorage Grains => new BlobGrainStorage(Database);

    public IJobIndex Jobs => new BlobJobIndex(Database);

    public async Task<BlobUnderTest> Open() => await Open((await _server!.Started()).ConnectionString);

    public Task<BlobUnderTest> Open(string connection)
    {
        File.WriteAllText(Options.ConnectionStringFile!, connection);
        _database = OpenAnother();
        return Task.FromResult(this);
    }

    /// <summary>Another process on the same data.</summary>
    public BlobDatabase OpenAnother() =>
        BlobDatabase.Open(Options, new GroupCommitOptions(), _instruments, Time, NullLoggerFactory.Instance, Transport, alone: false);

    /// <summary>The process is gone, without a word; the next one opens what it left.</summary>
    public void Abandon()
    {
        _abandoned.Add(Database);
        _database = OpenAnother();
    }

    public async Task Reopen()
    {
        await Database.DisposeAsync();
        _database = OpenAnother();
    }

    public async ValueTask DisposeAsync()
    {
        if (_database is { } database)
            await database.DisposeAsync();
        foreach (var abandoned in _abandoned)
            await abandoned.DisposeAsync();
        _instruments.Dispose();
        _folder.Dispose();
        await _services.DisposeAsync();
    }
}
