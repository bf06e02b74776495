using System.Collections.Concurrent;
using System.Globalization;
using Orleans.Copying;

namespace Orleans.Storage;

/// <summary>State in memory, copied in and out, with ETags. Lives as long as its <see cref="MemoryStores"/>.</summary>
internal sealed class MemoryGrainStorage(ConcurrentDictionary<(string, GrainId), MemoryGrainStorage.Entry> entries) : IGrainStorage
{
    private static long s_nextEtag;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (entries.TryGetValue((stateName, grainId), out var entry))
        {
            grainState.State = StoredCopy.Of((T)entry.Value!);
            grainState.ETag = entry.ETag;
            grainState.RecordExists = true;
        }
        else
        {
            grainState.State = NewState.Of<T>();
            grainState.ETag = null;
            grainState.RecordExists = false;
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var next = new Entry(StoredCopy.Of(grainState.State), Interlocked.Increment(ref s_nextEtag).ToString(CultureInfo.InvariantCulture));
        var key = (stateName, grainId);
        var done = entries.TryGetValue(key, out var now)
            ? now.ETag == grainState.ETag && entries.TryUpdate(key, next, now)
            : grainState.ETag is null && entries.TryAdd(key, next);
        if (!done)
        {
            return Task.FromException(Conflict(key, grainState.ETag));
        }

        grainState.ETag = next.ETag;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = (stateName, grainId);
        if (entries.TryGetValue(key, out var now) && !(now.ETag == grainState.ETag && entries.TryRemove(new(key, now))))
        {
            return Task.FromException(Conflict(key, grainState.ETag));
        }

        grainState.State = NewState.Of<T>();
        grainState.ETag = null;
        grainState.RecordExists = false;
        return Task.CompletedTask;
    }

    private InconsistentStateException Conflict((string, GrainId) key, string? expected)
    {
        var stored = entries.TryGetValue(key, out var entry) ? entry.ETag : null;
        return new InconsistentStateException($"State \"{key.Item1}\" of {key.Item2} was changed by another writer.", stored, expected);
    }

    internal sealed record Entry(object? Value, string ETag);
}

/// <summary>The contents of memory storage by provider name. A simulated cluster shares one between its silos, as a store would be.</summary>
internal sealed class MemoryStores
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<(string, GrainId), MemoryGrainStorage.Entry>> _byName = new();

    public MemoryGrainStorage Get(string name) => new(_byName.GetOrAdd(name, static _ => new()));
}
