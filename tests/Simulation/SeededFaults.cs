using Silo.Storage;

namespace Simulation;

/// <summary>Storage that refuses, or applies and then fails, or says nothing, or is slow, as seeds say.</summary>
internal sealed class SeededFaults : IStorageFaults
{
    /// <summary>Longer than a caller waits for an answer.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(35);

    private Random _random = new(0);

    public FaultRates Rates { get; set; } = new();

    public int Injected { get; private set; }

    public void Reseed(int seed) => _random = new Random(seed);

    public StorageFault Next(StorageOperation operation, string key)
    {
        var delay = TimeSpan.FromMicroseconds(_random.Next(3000));
        var drawn = _random.NextDouble();
        if (Below(Rates.StorageBefore))
        {
            return Fault(StorageFaultKind.FailBefore, delay);
        }

        if (Below(Rates.StorageAfter))
        {
            return Fault(StorageFaultKind.FailAfter, delay);
        }

        if (Below(Rates.StorageSilence))
        {
            return Fault(StorageFaultKind.FailAfter, Silence);
        }

        if (Below(Rates.StorageConflict))
        {
            return Fault(IsWrite(operation) ? StorageFaultKind.Conflict : StorageFaultKind.FailBefore, delay);
        }

        return Below(Rates.StorageSlow) ? Fault(StorageFaultKind.None, TimeSpan.FromMilliseconds(_random.Next(50, 4000))) : StorageFault.None with { Delay = delay };

        bool Below(double rate) => (drawn -= rate) < 0;
    }

    private StorageFault Fault(StorageFaultKind kind, TimeSpan delay)
    {
        Injected++;
        return new StorageFault(kind, delay);
    }

    private static bool IsWrite(StorageOperation operation) =>
        operation is StorageOperation.Append or StorageOperation.WriteState or StorageOperation.ClearState or StorageOperation.WriteSnapshot;
}
