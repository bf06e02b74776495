using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Silo.Storage.Blobs;

/// <summary>
/// A container and a table of an Azure Storage account, which many processes share. Journals and records are blobs; jobs are in the table, because
/// their record and the rows that they are found by must change in one transaction.
/// </summary>
public sealed class BlobDatabase : IAsyncDisposable, IDisposable
{
    /// <summary>The layout that this program writes.</summary>
    public const int Format = 1;

    internal static readonly TimeSpan RetryEvery = TimeSpan.FromMilliseconds(200);

    private const string FormatName = "format.json";
    private const string UnfinishedName = "unfinished-import";

    private readonly BlobPresence _presence;
    private bool _disposed;

    private BlobDatabase(
        BlobContainerClient container, TableClient table, AzureStoreOptions options, GroupCommitOptions commits, StorageInstruments instruments, TimeProvider time,
        ILoggerFactory loggers, bool alone)
    {
        (Container, Table, Options, Commits, Instruments, Time, Loggers) = (container, table, options, commits, instruments, time, loggers);
        Logger = loggers.CreateLogger<BlobDatabase>();
        Writer = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
        _presence = alone
            ? BlobPresence.TakeAlone(container, time, Logger) ?? throw new StorageStartupException("Silos use the store, or somebody copies it: stop them first (a killed one counts for a minute).")
            : BlobPresence.Enter(container, Writer, time, Logger);
        Streams = new BlobStreams(this);
        Jobs = new JobBuckets(this);
    }

    internal BlobContainerClient Container { get; }

    internal TableClient Table { get; }

    internal AzureStoreOptions Options { get; }

    internal GroupCommitOptions Commits { get; }

    internal StorageInstruments Instruments { get; }

    internal TimeProvider Time { get; }

    internal ILoggerFactory Loggers { get; }

    internal ILogger Logger { get; }

    /// <summary>Sets what this process wrote apart from what others did.</summary>
    internal long Writer { get; }

    /// <summary>There while an import is not done.</summary>
    internal Azure.Storage.Blobs.BlobClient Unfinished => Container.GetBlobClient(UnfinishedName);

    internal BlobStreams Streams { get; }

    internal JobBuckets Jobs { get; }

    /// <summary>Waits for the account, and makes container and table where they are missing.</summary>
    /// <exception cref="StorageStartupException">It cannot be reached or used, or a newer program has written it.</exception>
    public static BlobDatabase Open(
        AzureStoreOptions options, GroupCommitOptions commits, StorageInstruments instruments, TimeProvider time, ILoggerFactory loggers) =>
        Open(options, commits, instruments, time, loggers, transport: null, alone: false);

    internal static BlobDatabase Open(
        AzureStoreOptions options, GroupCommitOptions commits, StorageInstruments instruments, TimeProvider time, ILoggerFactory loggers, HttpPipelineTransport? transport, bool alone)
    {
        var logger = loggers.CreateLogger<BlobDatabase>();
        try
        {
            var (container, table) = Clients(options, options.RequestTimeout, transport);
            Prepare(container, table, options, time, logger);
            logger.Opened($"{container.Uri} {table.Name}", Format, 0);
            if (!alone && container.GetBlobClient(UnfinishedName).Exists())
                throw new StorageStartupException($"An import into {container.Uri} did not come to its end: empty the container and the table, and import again.");
            return new BlobDatabase(container, table, options, commits, instruments, time, loggers, alone);
        }
        catch (Exception e) when (e is RequestFailedException or AuthenticationFailedException or IOException or UnauthorizedAccessException or FormatException || BlobErrors.IsUnknown(e))
        {
            throw new StorageStartupException($"The Azure Storage account cannot be used: {FirstLine(e.Message)}", e);
        }
    }

    /// <summary>Null as long as this process may write.</summary>
    internal StorageException? WhyNotWrite => _disposed ? new StorageException("The storage is shut down.")
        : _presence.IsLost ? new StorageException("The store was taken by somebody who copies it while this process could not be seen: start it again.")
        : null;

    /// <summary>Blobs that hold nothing of a cluster's state.</summary>
    internal static bool IsOwn(string blob) => blob is FormatName or UnfinishedName || BlobPresence.IsOf(blob);

    /// <summary>What a random blob name ends with.</summary>
    internal static string NewName() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));

    internal static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd('\r');

    /// <summary>A failed request's words without its headers, which fill pages.</summary>
    internal static StorageException Unreadable(Exception e) => new($"Azure Storage cannot be read: {FirstLine(e.Message)}", e);

    /// <summary>What was asked for; that it cannot be read is said in the words of a store.</summary>
    /// <exception cref="StorageException">It cannot be read.</exception>
    internal static async Task<T> Reading<T>(Task<T> read)
    {
        try
        {
#pragma warning disable VSTHRD003 // Begun by the caller for this.
            return await read;
#pragma warning restore VSTHRD003
        }
        catch (Exception e) when (e is RequestFailedException or AuthenticationFailedException or AggregateException)
        {
            throw Unreadable(e);
        }
    }

    /// <summary>Writes what was asked before.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await Streams.DisposeAsync();
        await Jobs.DisposeAsync();
        await _presence.DisposeAsync();
    }

#pragma warning disable VSTHRD002 // A container that is disposed of synchronously has nothing else to do.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    internal static (BlobContainerClient Container, TableClient Table) Clients(AzureStoreOptions options, TimeSpan timeout, HttpPipelineTransport? transport, int readRetries = 3)
    {
        var blobs = new BlobClientOptions { RetryPolicy = new ReadsOnlyRetry(readRetries) };
        var tables = new TableClientOptions { RetryPolicy = new ReadsOnlyRetry(readRetries) };
        foreach (var client in (Azure.Core.ClientOptions[])[blobs, tables])
        {
            client.Retry.NetworkTimeout = timeout;
            client.Diagnostics.IsLoggingEnabled = false; // Each answer is judged here, and told once.
            if (transport is not null)
                client.Transport = transport;
        }

        if (options.ConnectionStringFile is { } file)
        {
            var connection = File.ReadAllText(file).Trim();
            return (new BlobServiceClient(connection, blobs).GetBlobContainerClient(options.Container), new TableServiceClient(connection, tables).GetTableClient(options.Table));
        }

        var identity = BlobIdentity.Of(options.ClientId);
        return (
            new BlobServiceClient(options.BlobEndpoint, identity, blobs).GetBlobContainerClient(options.Container),
            new TableServiceClient(options.TableEndpoint, identity, tables).GetTableClient(options.Table));
    }

    private static void Prepare(BlobContainerClient container, TableClient table, AzureStoreOptions options, TimeProvider time, ILogger logger)
    {
        var started = time.GetTimestamp();
        new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            Delay = RetryEvery,
            ShouldHandle = arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is { } e and not AuthenticationFailedException && BlobErrors.IsUnknown(e) && time.GetElapsedTime(started) < options.StartWithin),
            OnRetry = arguments =>
            {
                logger.WaitsForDatabase(FirstLine(arguments.Outcome.Exception!.Message));
                return ValueTask.CompletedTask;
            },
        }).Build().Execute(() =>
        {
            container.CreateIfNotExists();
            table.CreateIfNotExists();
            CheckFormat(container);
        });
    }

    private static void CheckFormat(BlobContainerClient container)
    {
        var blob = container.GetBlobClient(FormatName);
        var ours = new JsonObject { ["format"] = Format, ["buckets"] = JobKeys.Buckets };
        try
        {
            blob.Upload(BinaryData.FromString(ours.ToJsonString()), new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } });
        }
        catch (RequestFailedException e) when (BlobErrors.IsConflict(e))
        {
            var stored = JsonNode.Parse(blob.DownloadContent().Value.Content.ToString())!;
            if ((int)stored["format"]! > Format || (int)stored["buckets"]! != JobKeys.Buckets)
            {
                throw new StorageStartupException(
                    $"The data in {container.Uri} has version {stored["format"]}, this program knows up to {Format}: start the newer program, or restore a backup from before the upgrade.");
            }
        }
    }
}
