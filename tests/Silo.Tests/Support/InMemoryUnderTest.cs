using Grains.Storage;
using Orleans.Storage;
using Silo.Storage;
using Silo.Storage.Memory;

namespace Silo.Tests.Support;

public sealed class InMemoryUnderTest : IStorageUnderTest
{
    private readonly InMemoryMedium _medium = new();
    private readonly IStorageFaults? _faults;

    public InMemoryUnderTest(IStorageFaults? faults = null)
    {
        _faults = faults;
        Open();
    }

    public IJournalStore Journals { get; private set; } = null!;

    public IGrainStorage Grains { get; private set; } = null!;

    public IJobIndex Jobs { get; private set; } = null!;

    public Task Reopen()
    {
        Open();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void Open()
    {
        Journals = new InMemoryJournalStore(_medium, TimeProvider.System, _faults);
        Grains = new InMemoryGrainStorage(_medium, TimeProvider.System, _faults);
        Jobs = new InMemoryJobIndex(_medium);
    }
}
