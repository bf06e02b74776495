using System.Diagnostics.Metrics;
using System.Globalization;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using Silo;
using Silo.Storage;
using Silo.Storage.Sqlite;

namespace Simulation.CrashPoints;

/// <summary>
/// The product's database on a real disk. The simulation stands still during every operation, so its order is the seed's here too. A kill is
/// what kill -9 leaves: the files as the system has them at that moment, in a folder of their own, opened by the next life.
/// </summary>
internal sealed class SqliteMedium : IMedium, IStorageFaults
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crash-points-");
    private readonly Standing _still = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly StorageInstruments _instruments;
    private SqliteDatabase? _database;
    private WriteFault? _inside;
    private int _life = 1;
    private bool _isCopied;

    public SqliteMedium()
    {
        _instruments = new StorageInstruments(_services.GetRequiredService<IMeterFactory>());
        Jobs = new StandingIndex(() => new SqliteJobIndex(Database), _still);
    }

    public IJobIndex Jobs { get; }

    private SqliteDatabase Database => _database ??= SqliteDatabase.Open(
        Folder(_life), new GroupCommitOptions(), readConnections: 1, _instruments, TimeProvider.System, NullLogger<SqliteDatabase>.Instance, this);

    public IJournalStore OpenJournals(TimeProvider time) => new StandingJournals(new SqliteJournalStore(Database), _still);

    public IGrainStorage OpenStates(TimeProvider time) => new StandingStates(new SqliteGrainStorage(Database), _still);

    public void FailInside(WriteFault fault) => _inside = fault;

    public void Kill()
    {
        _still.Change();
        if (!_isCopied)
        {
            CopyFiles();
        }

        _isCopied = false;
        _database?.Dispose();
        _database = null;
        _life++;
    }

    /// <summary>Called by the writer, between the last statement and the commit.</summary>
    StorageFault IStorageFaults.Next(StorageOperation operation, string key)
    {
        if (operation != StorageOperation.Commit || _inside is not { } fault)
        {
            return StorageFault.None;
        }

        _inside = null;
        if (fault == WriteFault.KilledInside)
        {
            CopyFiles();
            _isCopied = true;
        }

        return new StorageFault(fault == WriteFault.CommitAnswerLost ? StorageFaultKind.FailAfter : StorageFaultKind.FailBefore);
    }

    public void Dispose()
    {
        _database?.Dispose();
        _instruments.Dispose();
        _services.Dispose();
        _root.Delete(recursive: true);
    }

    private string Folder(int life) => Path.Combine(_root.FullName, life.ToString(CultureInfo.InvariantCulture));

    /// <summary>All but the lock, which a process does not leave behind.</summary>
    private void CopyFiles()
    {
        var next = Directory.CreateDirectory(Folder(_life + 1));
        foreach (var file in new DirectoryInfo(Folder(_life)).EnumerateFiles("scheduler.db*"))
        {
            file.CopyTo(Path.Combine(next.FullName, file.Name));
        }
    }
}
