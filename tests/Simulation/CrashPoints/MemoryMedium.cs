using Grains.Storage;
using Orleans.Storage;
using Silo.Storage;
using Silo.Storage.Memory;

namespace Simulation.CrashPoints;

/// <summary>The simulated disk: it answers a little late, as drawn from the seed, and has nothing that a crash could take.</summary>
internal sealed class MemoryMedium(int seed) : IMedium, IStorageFaults
{
    private readonly InMemoryMedium _medium = new();
    private readonly Random _random = new(seed);

    public IJobIndex Jobs => new InMemoryJobIndex(_medium);

    public IJournalStore OpenJournals(TimeProvider time) => new InMemoryJournalStore(_medium, time, this);

    public IGrainStorage OpenStates(TimeProvider time) => new InMemoryGrainStorage(_medium, time, this);

    public void FailInside(WriteFault fault) => throw new NotSupportedException("A simulated disk has no inside.");

    public void Kill()
    {
    }

    public void Dispose()
    {
    }

    StorageFault IStorageFaults.Next(StorageOperation operation, string key) => StorageFault.None with { Delay = TimeSpan.FromMicroseconds(_random.Next(1, 3000)) };
}
