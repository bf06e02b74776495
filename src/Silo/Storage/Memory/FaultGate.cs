using System.Runtime.ExceptionServices;
using Grains.Storage;
using Orleans.Storage;

namespace Silo.Storage.Memory;

/// <summary>
/// Runs operations with the faults that a test asks for. An operation is applied during the call, so call order is the order of
/// effects; a delay holds back the answer alone. Without a delay the task is complete on return: a simulation stays deterministic.
/// </summary>
internal sealed class FaultGate(InMemoryMedium medium, IStorageFaults? faults, TimeProvider time)
{
    public async Task<T> Run<T>(StorageOperation operation, string key, Func<T> apply)
    {
        var fault = faults?.Next(operation, key) ?? StorageFault.None;
        T? result = default;
        ExceptionDispatchInfo? refusal = null;
        if (fault.Kind is StorageFaultKind.None or StorageFaultKind.FailAfter)
        {
            try
            {
                lock (medium.Gate)
                    result = apply();
            }
            catch (OrleansException e)
            {
                refusal = ExceptionDispatchInfo.Capture(e);
            }
        }

        if (fault.Delay > TimeSpan.Zero)
            await Task.Delay(fault.Delay, time);
        if (fault.Kind == StorageFaultKind.Conflict)
            throw new InconsistentStateException($"Injected: {operation} of {key} was refused as if another writer had been first.", "?", "?");
        if (fault.Kind != StorageFaultKind.None)
            throw new StorageException($"Injected: {operation} of {key} failed.", outcomeUnknown: true);
        refusal?.Throw();
        return result!;
    }
}
