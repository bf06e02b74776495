using System.Collections.Concurrent;
using System.Text.Json;
using Orleans.Storage;

namespace Grains.Tests.Conformance.Subjects;

/// <summary>A store whose records a fact may change behind a grain's back, or break.</summary>
internal sealed class ScriptedStorage : IGrainStorage
{
    public static readonly ScriptedStorage Ledger = new();
    public static readonly ScriptedStorage Notes = new();

    private readonly ConcurrentDictionary<string, (string Json, int Version)> _rows = new();
    private readonly ConcurrentDictionary<string, Exception> _failures = new();

    /// <summary>Another writer: the stored version moves on.</summary>
    public void Meddle(string key, string json) => _rows.AddOrUpdate(key, (json, 1), (_, row) => (json, row.Version + 1));

    public void FailNext(string key, Exception error) => _failures[key] = error;

    public bool Has(string key) => _rows.ContainsKey(key);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = grainId.Key.ToString()!;
        if (_failures.TryRemove(key, out var error))
        {
            return Task.FromException(error);
        }

        grainState.RecordExists = _rows.TryGetValue(key, out var row);
        grainState.State = grainState.RecordExists ? JsonSerializer.Deserialize<T>(row.Json)! : Activator.CreateInstance<T>();
        grainState.ETag = grainState.RecordExists ? $"{row.Version}" : null!;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var key = grainId.Key.ToString()!;
        if (_failures.TryRemove(key, out var error))
        {
            return Task.FromException(error);
        }

        var stored = _rows.TryGetValue(key, out var row) ? $"{row.Version}" : null;
        if (stored != grainState.ETag)
        {
            return Task.FromException(new InconsistentStateException("changed by another writer", stored, grainState.ETag));
        }

        _rows[key] = (JsonSerializer.Serialize(grainState.State), row.Version + 1);
        grainState.ETag = $"{row.Version + 1}";
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _rows.TryRemove(grainId.Key.ToString()!, out _);
        grainState.RecordExists = false;
        grainState.ETag = null!;
        grainState.State = Activator.CreateInstance<T>();
        return Task.CompletedTask;
    }
}
