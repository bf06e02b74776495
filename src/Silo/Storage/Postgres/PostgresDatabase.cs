using System.Data;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly;
using Polly.Retry;

namespace Silo.Storage.Postgres;

/// <summary>A schema of a PostgreSQL database: many processes share it, and each has one writer and some readers.</summary>
public sealed class PostgresDatabase : IAsyncDisposable, IDisposable
{
    internal static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(200);

    private readonly NpgsqlDataSource _source;
    private readonly PostgresWriter _writer;
    private readonly ResiliencePipeline _reads;
    private bool _disposed;

    private PostgresDatabase(NpgsqlDataSource source, PostgresWriter writer, TimeProvider time)
    {
        (_source, _writer) = (source, writer);
        _reads = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = 3,
            Delay = RetryEvery,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldHandle = new PredicateBuilder().Handle<NpgsqlException>(e => e.IsTransient).Handle<TimeoutException>(),
        }).Build();
    }

    /// <summary>Waits for the database, creates or upgrades the schema, and starts the writer.</summary>
    /// <exception cref="StorageStartupException">It cannot be reached or used, or a newer program has written it.</exception>
    public static PostgresDatabase Open(
        PostgresOptions options, GroupCommitOptions commits, StorageInstruments instruments, TimeProvider time, ILogger<PostgresDatabase> logger,
        IStorageFaults? faults = null)
    {
        var source = Source(options, options.ReadConnections + 1, options.CommandTimeout);
        try
        {
            using (var connection = Connect(source, options, time, logger))
                PostgresSchema.Migrate(connection, options.Schema, logger);
            logger.Opened($"{source.ConnectionString} {options.Schema}", PostgresSchema.Current, 0);
            var writer = new PostgresWriter(new PostgresSession(source, logger), options, commits, instruments, time, logger, faults);
            return new PostgresDatabase(source, writer, time);
        }
        catch (Exception e)
        {
            source.Dispose();
            if (e is NpgsqlException or IOException or UnauthorizedAccessException)
                throw new StorageStartupException($"The PostgreSQL database cannot be used: {e.Message}", e);
            throw;
        }
    }

    /// <summary>The schema for one who is alone with it: nobody writes until the lock is given back. Null while silos use it.</summary>
    internal static Task<PostgresLock?> TakeAlone(PostgresOptions options) => PostgresLock.Take(Source(options, 1, options.CommandTimeout));

    internal Task<long> Write(PostgresWrite op) => _writer.Write(op);

    /// <summary>All that is read is of one moment, after every write that was answered before.</summary>
    internal async Task<T> Read<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default)
    {
        try
        {
            return await _reads.ExecuteAsync(
                async token =>
                {
                    await using var connection = await _source.OpenConnectionAsync(token);
                    await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, token);
                    var result = await read(connection, token);
                    await transaction.CommitAsync(token);
                    return result;
                },
                cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw new StorageException($"The database cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Writes what was asked before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _writer.DisposeAsync();
        await _source.DisposeAsync();
    }

#pragma warning disable VSTHRD002 // A container that is disposed of synchronously has nothing else to do.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    private static NpgsqlConnection Connect(NpgsqlDataSource source, PostgresOptions options, TimeProvider time, ILogger logger)
    {
        var started = time.GetTimestamp();
        return new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = RetryEvery,
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is NpgsqlException { IsTransient: true } && time.GetElapsedTime(started) < options.StartWithin),
            OnRetry = arguments =>
            {
                logger.WaitsForDatabase(arguments.Outcome.Exception!.Message);
                return ValueTask.CompletedTask;
            },
        }).Build().Execute(source.OpenConnection);
    }

    /// <summary>Opens nothing yet.</summary>
    internal static NpgsqlDataSource Source(PostgresOptions options, int connections, TimeSpan timeout)
    {
        var seconds = (int)Math.Ceiling(timeout.TotalSeconds);
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            SearchPath = options.Schema,
            MaxPoolSize = connections,
            CommandTimeout = seconds,
            Timeout = Math.Min(seconds, 10),
            KeepAlive = 15,
            MaxAutoPrepare = 32,
            AutoPrepareMinUsages = 2,
            Enlist = false,
            IncludeFailedBatchedCommand = true, // or no write could be made to answer for itself
            ApplicationName = "orleans-scheduler",
        };

        // What this side has given up waiting for, the other must give up too.
        text.Options = $"{text.Options} -c statement_timeout={seconds}s -c idle_in_transaction_session_timeout={2 * seconds}s".Trim();
        var builder = new NpgsqlDataSourceBuilder(text.ToString());
        if (options.PasswordFile is { } file)
        {
            builder.UsePasswordProvider(
                _ => File.ReadAllText(file).TrimEnd('\r', '\n'),
                async (_, token) => (await File.ReadAllTextAsync(file, token)).TrimEnd('\r', '\n'));
        }

        return builder.Build();
    }
}
