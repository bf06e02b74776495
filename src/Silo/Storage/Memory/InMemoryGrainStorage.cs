using Grains.Storage;
using Orleans.Storage;

namespace Silo.Storage.Memory;

/// <summary>Grain records on an <see cref="InMemoryMedium"/>, in their stored form: what does not survive storing does not survive here.</summary>
public sealed class InMemoryGrainStorage(InMemoryMedium medium, TimeProvider time, IStorageFaults? faults = null) : IGrainStorage
{
    private readonly FaultGate _gate = new(medium, faults, time);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = await Run(StorageOperation.ReadState, stateName, grainId, k => medium.States.GetValueOrDefault(k));
        grainState.State = stored is null ? StateFactory<T>.Create() : RecordCodec.Decode<T>(stored.Body);
        grainState.ETag = stored?.ETag;
        grainState.RecordExists = stored is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = grainState.State is IIndexedJob job ? job.ToIndexRow() : null;
        var body = RecordCodec.Encode(grainState.State);
        var etag = grainState.ETag;
        object state = grainState.State!;
        var written = await Run(StorageOperation.WriteState, stateName, grainId, key =>
        {
            Check(key, etag);
            var next = new InMemoryState(medium.NextVersion++, body, row?.Job);
            medium.States[key] = next;
            if (row is not null)
                medium.Jobs.Put(row);
            medium.Observer?.Written(stateName, grainId, state);
            return next;
        });
        grainState.ETag = written.ETag;
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var etag = grainState.ETag;
        await Run(StorageOperation.ClearState, stateName, grainId, key =>
        {
            Check(key, etag);
            if (medium.States.Remove(key, out var removed) && removed.Job is { } job)
                medium.Jobs.Remove(job);
            medium.Observer?.Cleared(stateName, grainId);
            return true;
        });
        grainState.State = StateFactory<T>.Create();
        grainState.ETag = null;
        grainState.RecordExists = false;
    }

    private Task<TResult> Run<TResult>(
        StorageOperation operation, string stateName, GrainId grainId, Func<(string Name, string Grain), TResult> apply)
    {
        var key = (stateName, grainId.ToString());
        return _gate.Run(operation, $"{stateName}/{grainId}", () => apply(key));
    }

    private void Check((string Name, string Grain) key, string? etag)
    {
        var stored = medium.States.GetValueOrDefault(key)?.ETag;
        if (stored != etag)
            throw Conflicts.State($"{key.Name}/{key.Grain}", stored, etag);
    }
}
