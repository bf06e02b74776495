using Silo.Storage;

namespace Simulation;

/// <summary>Storage that fails before, or applies and then fails, or is slow, as one seed says.</summary>
internal sealed class SeededFaults(int seed) : IStorageFaults
{
    private readonly Random _random = new(seed);

    /// <summary>Chance of a failure per operation, 0–1.</summary>
    public double Rate { get; set; }

    public int Injected { get; private set; }

    public StorageFault Next(StorageOperation operation, string key)
    {
        var delay = TimeSpan.FromMicroseconds(_random.Next(3000));
        if (_random.NextDouble() >= Rate)
        {
            return StorageFault.None with { Delay = delay };
        }

        Injected++;
        return new StorageFault(_random.Next(2) == 0 ? StorageFaultKind.FailBefore : StorageFaultKind.FailAfter, delay);
    }
}
