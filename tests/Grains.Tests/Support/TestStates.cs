using Grains.Storage;
using Orleans.Storage;

namespace Grains.Tests.Support;

/// <summary>Grain records in memory, as bytes, counted.</summary>
internal sealed class TestStates : IGrainStorage
{
    private readonly Dictionary<string, (byte[] Bytes, int Version)> _rows = [];

    /// <summary>The columns of stored jobs.</summary>
    public TestJobIndex Index { get; } = new();

    public int Reads { get; private set; }

    public int Writes { get; private set; }

    /// <summary>Thrown by the next write.</summary>
    public Exception? FailNext { get; set; }

    /// <summary>Thrown by the next write once it is stored: its acknowledgement is lost.</summary>
    public Exception? FailAfter { get; set; }

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        Reads++;
        grainState.RecordExists = _rows.TryGetValue(Key(stateName, grainId), out var row);
        if (grainState.RecordExists)
        {
            grainState.State = RecordCodec.Decode<T>(row.Bytes);
            grainState.ETag = $"{row.Version}";
        }

        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (FailNext is { } error)
        {
            FailNext = null;
            return Task.FromException(error);
        }

        Writes++;
        var key = Key(stateName, grainId);
        var stored = _rows.TryGetValue(key, out var row) ? $"{row.Version}" : null;
        if (stored != grainState.ETag)
            return Task.FromException(new InconsistentStateException("changed by another writer", stored, grainState.ETag));
        _rows[key] = (RecordCodec.Encode(grainState.State!), row.Version + 1);
        if (grainState.State is IIndexedJob job)
            Index.Rows[key] = job.ToIndexRow();
        if (FailAfter is { } lost)
        {
            FailAfter = null;
            return Task.FromException(lost);
        }

        grainState.ETag = $"{row.Version + 1}";
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (FailNext is { } error)
        {
            FailNext = null;
            return Task.FromException(error);
        }

        _rows.Remove(Key(stateName, grainId));
        Index.Rows.Remove(Key(stateName, grainId));
        grainState.RecordExists = false;
        grainState.ETag = null;
        return Task.CompletedTask;
    }

    private static string Key(string stateName, GrainId grainId) => $"{stateName}/{grainId}";
}
