using Silo.Storage;

namespace Simulation.Outside.Guests;

/// <summary>Storage that is slow, and now and then fails before or after it has written.</summary>
internal sealed class FlakyStorage(int seed) : IStorageFaults
{
    private readonly Random _random = new(seed);

    /// <summary>Chance of a failure per operation, 0–1.</summary>
    public double Rate { get; set; }

    public StorageFault Next(StorageOperation operation, string key)
    {
        var delay = TimeSpan.FromMicroseconds(_random.Next(3000));
        return _random.NextDouble() >= Rate ? StorageFault.None with { Delay = delay }
            : new StorageFault(_random.Next(2) == 0 ? StorageFaultKind.FailBefore : StorageFaultKind.FailAfter, delay);
    }
}
