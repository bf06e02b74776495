using System.Diagnostics.Metrics;
using Grains.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Silo.Storage;
using Silo.Storage.Blobs;
using Silo.Storage.Postgres;
using Silo.Storage.Sqlite;

namespace Silo.Transfer;

/// <summary>What an operator does to a whole store while nobody else uses it: export, import, and a check of a file; and a backup of the embedded database, which may run.</summary>
public sealed class StoreTool(SiloOptions options, ILoggerFactory loggers, TimeProvider time) : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private StorageInstruments? _instruments;

    private StorageInstruments Instruments => _instruments ??= new StorageInstruments(_services.GetRequiredService<IMeterFactory>());

    /// <summary>Everything that is wrong with the options, one line each.</summary>
    public static IEnumerable<string> Faults(SiloOptions options) => new SiloOptionsValidator().Validate(null, options).Failures ?? [];

    /// <summary>Copies the store into a new file. The file has its name only once it is whole.</summary>
    /// <exception cref="TransferException">It cannot be done; nothing is left behind.</exception>
    public Task<TransferCounts> Export(string file, CancellationToken cancellationToken) => Told(async () =>
    {
        await using var source = await Source();
        return await NewFile(file, stream => TransferFile.Write(stream, StoreCopy.Items(source, cancellationToken), cancellationToken));
    });

    /// <summary>Fills an empty store from a file, all of it or nothing.</summary>
    /// <exception cref="TransferException">It cannot be done.</exception>
    public Task<TransferCounts> Import(string file, CancellationToken cancellationToken) => Told(async () =>
    {
        await Check(file, cancellationToken); // Before anything is touched.
        await using var target = await Target();
        await using var stream = File.OpenRead(file);
        return await StoreCopy.Fill(target, TransferFile.Read(stream, cancellationToken), cancellationToken);
    });

    /// <summary>Reads a file to its end.</summary>
    /// <exception cref="TransferException">It is no whole export.</exception>
    public static async Task<TransferCounts> Check(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
            throw new TransferException($"There is no file {file}.");
        await using var stream = File.OpenRead(file);
        await foreach (var item in TransferFile.Read(stream, cancellationToken))
        {
            if (item is TransferItem.End end)
                return end.Counts;
        }

        throw new TransferException("The file has no end.");
    }

    /// <summary>Copies the embedded database as it is at this moment, while its server may be running, and checks the copy.</summary>
    /// <exception cref="TransferException">It cannot be done; nothing is left behind.</exception>
    public Task Backup(string file) => Told(async () =>
    {
        if (options.Storage != StorageKind.Embedded)
            throw new TransferException($"A backup of {options.Storage} is its own: see docs/operations.md. This command is for the data folder.");
        var path = SqliteDatabase.PathOf(options.DataFolder);
        if (!File.Exists(path))
            throw new TransferException($"There is no database {path}.");
        await NewFile(file, part =>
        {
            part.Dispose();
            Copy(path, part.Name);
            return Task.FromResult(true);
        });
        return true;
    });

    public void Dispose()
    {
        _instruments?.Dispose();
        _services.Dispose();
    }

    private static void Copy(string from, string to)
    {
        using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = from, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = to, Pooling = false }.ToString());
        source.Open();
        copy.Open();
        source.BackupDatabase(copy);
        using var check = copy.CreateCommand();
        check.CommandText = "PRAGMA journal_mode = DELETE";
        check.ExecuteNonQuery();
        check.CommandText = "PRAGMA integrity_check";
        if (check.ExecuteScalar() as string is var found && found != "ok")
            throw new TransferException($"The database is damaged: {found}.");
    }

    private static async Task<T> NewFile<T>(string file, Func<FileStream, Task<T>> write)
    {
        if (File.Exists(file))
            throw new TransferException($"{file} is there already: name another file.");
        var part = $"{file}.part";
        try
        {
            T result;
            await using (var stream = new FileStream(part, FileMode.Create, FileAccess.ReadWrite))
            {
                result = await write(stream);
                if (stream.CanWrite)
                    stream.Flush(flushToDisk: true);
            }

            File.Move(part, file);
            return result;
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    private async Task<IStoreContents> Source()
    {
        switch (options.Storage)
        {
            case StorageKind.Embedded:
                if (!File.Exists(SqliteDatabase.PathOf(options.DataFolder)))
                    throw new TransferException($"There is no database in {options.DataFolder}.");
                return new SqliteContents(
                    SqliteDatabase.Open(options.DataFolder, options.GroupCommit, 1, Instruments, time, loggers.CreateLogger<SqliteDatabase>()), options.DataFolder);
            case StorageKind.Postgres:
                return new PostgresContents(OpenPostgres(), await TakePostgres(), options.Postgres.Schema);
            case StorageKind.Azure:
                return new BlobContents(OpenAzure());
            default:
                throw new TransferException($"The store \"{options.Storage}\" outlives no process: there is nothing to copy.");
        }
    }

    private async Task<IStoreTarget> Target()
    {
        switch (options.Storage)
        {
            case StorageKind.Embedded:
                return SqliteTarget.Open(options.DataFolder, time, loggers.CreateLogger<SqliteDatabase>());
            case StorageKind.Postgres:
                return await PostgresTarget.Open(await TakePostgres(), options.Postgres.Schema);
            case StorageKind.Azure:
                return await BlobTarget.Open(OpenAzure());
            default:
                throw new TransferException($"The store \"{options.Storage}\" outlives no process: there is nothing to import into.");
        }
    }

    private BlobDatabase OpenAzure() => BlobDatabase.Open(options.Azure, options.GroupCommit, Instruments, time, loggers, transport: null, alone: true);

    private PostgresDatabase OpenPostgres() => PostgresDatabase.Open(options.Postgres, options.GroupCommit, Instruments, time, loggers.CreateLogger<PostgresDatabase>());

    private async Task<PostgresLock> TakePostgres()
    {
        await OpenPostgres().DisposeAsync(); // Makes the schema, or brings it up to date.
        return await PostgresDatabase.TakeAlone(options.Postgres)
            ?? throw new TransferException($"Silos use schema {options.Postgres.Schema}, or somebody copies it: stop them first.");
    }

    /// <summary>Every error that an operator can meet, as one line.</summary>
    private static async Task<T> Told<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (e is StorageStartupException or StorageException or IOException or UnauthorizedAccessException or SqliteException or Npgsql.NpgsqlException
            or Azure.RequestFailedException)
        {
            throw new TransferException(BlobDatabase.FirstLine(e.Message), e);
        }
    }
}
