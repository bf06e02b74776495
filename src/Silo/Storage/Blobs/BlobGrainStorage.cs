using Azure;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Storage;

namespace Silo.Storage.Blobs;

/// <summary>
/// Grain records in Azure Storage. Microsoft.Orleans.Persistence.AzureStorage keeps them, a blob for each, in the form that all stores of ours have; but a record that is an
/// <see cref="IIndexedJob"/> is in the table, in one transaction with the rows that it is found by, which blobs do not have.
/// </summary>
public sealed class BlobGrainStorage : IGrainStorage
{
    private readonly BlobDatabase _database;
    private readonly AzureBlobGrainStorage _blobs;

    public BlobGrainStorage(BlobDatabase database)
    {
        _database = database;
        var options = new AzureBlobStorageOptions { ContainerName = database.Container.Name, GrainStorageSerializer = new RecordSerializer() };
        _blobs = new AzureBlobGrainStorage("default", options, new OneContainer(database.Container), new FreshStates(), database.Loggers.CreateLogger<AzureBlobGrainStorage>());
    }

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        try
        {
            if (!IsJob<T>())
            {
                await _blobs.ReadStateAsync(stateName, grainId, grainState);
                return;
            }

            var stored = await _database.Jobs.Find(JobOf(grainId), default);
            grainState.State = stored is null ? StateFactory<T>.Create() : RecordCodec.Decode<T>(stored.Body);
            grainState.ETag = stored?.Tag;
            grainState.RecordExists = stored is not null;
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            throw BlobDatabase.Unreadable(e);
        }
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (grainState.State is not IIndexedJob job)
        {
            await Write(stateName, grainId, grainState, () => _blobs.WriteStateAsync(stateName, grainId, grainState));
            return;
        }

        grainState.ETag = await _database.Jobs.Put(Key(stateName, grainId), JobOf(grainId), grainState.ETag, RecordCodec.Encode(grainState.State), job.ToIndexRow());
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (IsJob<T>())
            await _database.Jobs.Clear(Key(stateName, grainId), JobOf(grainId), grainState.ETag);
        else
            await Write(stateName, grainId, grainState, () => _blobs.ClearStateAsync(stateName, grainId, grainState), isClear: true);
        grainState.State = StateFactory<T>.Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    /// <summary>Stores a record that another store held.</summary>
    internal Task Restore(string stateName, GrainId grainId, byte[] body, JobIndexRow? row)
    {
        if (row is not null)
            return _database.Jobs.Put(Key(stateName, grainId), JobOf(grainId), null, body, row);
        var state = new GrainState<RawRecord>(new RawRecord(body));
        return Write(stateName, grainId, state, () => _blobs.WriteStateAsync(stateName, grainId, state));
    }

    private static bool IsJob<T>() => typeof(IIndexedJob).IsAssignableFrom(typeof(T));

    private static string Key(string stateName, GrainId grainId) => $"{stateName}/{grainId}";

    private static string JobOf(GrainId grainId) => grainId.Key.ToString()!;

    private async Task Write<T>(string stateName, GrainId grainId, IGrainState<T> grainState, Func<Task> write, bool isClear = false)
    {
        if (_database.WhyNotWrite is { } why)
            throw why;
        var etag = grainState.ETag;
        // What is no ETag of a blob would be refused as a malformed request.
        if (etag is not null && !etag.StartsWith("0x", StringComparison.Ordinal) && !etag.StartsWith('"'))
            throw await Conflict(stateName, grainId, etag);
        var started = _database.Time.GetTimestamp();
        while (true)
        {
            _database.Instruments.OnEnqueued();
            _database.Instruments.OnDequeued(1);
            try
            {
                await write();
                _database.Instruments.OnCommitted(1, 0, _database.Time.GetElapsedTime(started));
                return;
            }
            catch (InconsistentStateException)
            {
                _database.Instruments.OnConflict();
                var conflict = await Conflict(stateName, grainId, etag);
                if (isClear && etag is null && conflict.StoredEtag is null)
                    return; // There was nothing to clear.
                throw conflict;
            }
            catch (Exception e) when (BlobErrors.IsSurelyNotDone(e) && _database.Time.GetElapsedTime(started) < _database.Options.ReconnectFor)
            {
                await Task.Delay(BlobDatabase.RetryEvery, _database.Time);
            }
            catch (Exception e) when (e is RequestFailedException || BlobErrors.IsUnknown(e))
            {
                _database.Instruments.OnFailed(1);
                throw new StorageException(
                    $"What became of a write of {Key(stateName, grainId)} is not known ({BlobDatabase.FirstLine(e.Message)}): read again.", e,
                    outcomeUnknown: BlobErrors.IsUnknown(e) && !BlobErrors.IsSurelyNotDone(e));
            }
        }
    }

    /// <summary>The package does not say what stands there.</summary>
    private async Task<InconsistentStateException> Conflict(string stateName, GrainId grainId, string? expected)
    {
        try
        {
            var stored = new GrainState<RawRecord>();
            await _blobs.ReadStateAsync(stateName, grainId, stored);
            return Conflicts.State(Key(stateName, grainId), stored.ETag, expected);
        }
        catch (Exception e) when (e is RequestFailedException || BlobErrors.IsUnknown(e))
        {
            return Conflicts.State(Key(stateName, grainId), "unknown", expected);
        }
    }
}
