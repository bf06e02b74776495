using System.Collections.Concurrent;
using Silo.Storage;

namespace Silo.Tests.Support;

/// <summary>Answers each operation's next faults in the order they were added.</summary>
public sealed class ScriptedFaults : IStorageFaults
{
    private readonly ConcurrentDictionary<StorageOperation, ConcurrentQueue<StorageFault>> _faults = [];

    public void Add(StorageOperation operation, params StorageFault[] faults)
    {
        var queue = _faults.GetOrAdd(operation, _ => []);
        foreach (var fault in faults)
            queue.Enqueue(fault);
    }

    public void Add(StorageOperation operation, StorageFaultKind kind) => Add(operation, new StorageFault(kind));

    public StorageFault Next(StorageOperation operation, string key) =>
        _faults.TryGetValue(operation, out var queue) && queue.TryDequeue(out var fault) ? fault : StorageFault.None;
}
