using System.Diagnostics.Metrics;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using Silo.Storage;
using Silo.Storage.Sqlite;

namespace Silo.Tests.Support;

public sealed class SqliteUnderTest : IStorageUnderTest
{
    private readonly TemporaryFolder? _ownFolder;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly StorageInstruments _instruments;
    private readonly GroupCommitOptions _options;
    private readonly IStorageFaults? _faults;

    public SqliteUnderTest(IStorageFaults? faults = null, GroupCommitOptions? options = null, string? folder = null)
    {
        _ownFolder = folder is null ? new TemporaryFolder() : null;
        Folder = folder ?? _ownFolder!.Path;
        _faults = faults;
        _options = options ?? new GroupCommitOptions();
        _instruments = new StorageInstruments(_services.GetRequiredService<IMeterFactory>());
        Database = OpenAnother();
    }

    public string Folder { get; }

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public SqliteDatabase Database { get; private set; }

    public IJournalStore Journals => new SqliteJournalStore(Database);

    public IGrainStorage Grains => new SqliteGrainStorage(Database);

    public IJobIndex Jobs => new SqliteJobIndex(Database);

    public SqliteDatabase OpenAnother() =>
        SqliteDatabase.Open(Folder, _options, 4, _instruments, TimeProvider.System, NullLogger<SqliteDatabase>.Instance, _faults);

    public Task Reopen()
    {
        Database.Dispose();
        Database = OpenAnother();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        Database.Dispose();
        _instruments.Dispose();
        await _services.DisposeAsync();
        _ownFolder?.Dispose();
    }
}
