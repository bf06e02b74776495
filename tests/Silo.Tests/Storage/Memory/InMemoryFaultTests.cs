using Grains.Storage;
using Silo.Storage;
using Silo.Storage.Memory;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Memory;

public sealed class InMemoryFaultTests
{
    private readonly ScriptedFaults _faults = new();

    [Fact]
    public async Task Fail_before_applies_nothing()
    {
        await using var storage = new InMemoryUnderTest(_faults);
        _faults.Add(StorageOperation.Append, StorageFaultKind.FailBefore);
        _faults.Add(StorageOperation.WriteState, StorageFaultKind.FailBefore);

        Assert.True((await Assert.ThrowsAsync<StorageException>(() => storage.Journals.Append("s", 0, "a"))).OutcomeUnknown);
        await Assert.ThrowsAsync<StorageException>(() => storage.Grains.Write("a", new GrainState<TestState>(new TestState())));
        Assert.Equal(0, (await storage.Journals.Read("s")).Position);
        Assert.False((await storage.Grains.Read<TestState>("a")).RecordExists);
    }

    [Fact]
    public async Task Fail_after_applies_it_and_tells_the_caller_otherwise()
    {
        await using var storage = new InMemoryUnderTest(_faults);
        _faults.Add(StorageOperation.Append, StorageFaultKind.FailAfter);
        _faults.Add(StorageOperation.WriteState, StorageFaultKind.FailAfter);
        var state = new GrainState<TestState>(new TestState());

        await Assert.ThrowsAsync<StorageException>(() => storage.Journals.Append("s", 0, "a"));
        await Assert.ThrowsAsync<StorageException>(() => storage.Grains.Write("a", state));
        Assert.Null(state.ETag);
        Assert.Equal(1, (await storage.Journals.Read("s")).Position);
        Assert.True((await storage.Grains.Read<TestState>("a")).RecordExists);
    }

    [Fact]
    public async Task A_delay_holds_back_the_answer_and_not_the_order()
    {
        var clock = new StoppedClock();
        var medium = new InMemoryMedium();
        var journals = new InMemoryJournalStore(medium, clock, _faults);
        _faults.Add(StorageOperation.Append, new StorageFault(StorageFaultKind.None, TimeSpan.FromSeconds(5)));
        var slow = journals.Append("s", 0, "a");
        var quick = journals.Append("s", 1, "b");

        Assert.True(quick.IsCompletedSuccessfully);
        Assert.False(slow.IsCompleted);
        clock.FireTimers();
        await slow;
    }

    [Fact]
    public async Task Without_faults_everything_is_complete_on_return()
    {
        await using var storage = new InMemoryUnderTest();

        Assert.True(storage.Journals.Append("s", 0, "a").IsCompletedSuccessfully);
        Assert.True(storage.Journals.Read("s").IsCompletedSuccessfully);
        Assert.True(storage.Grains.Write("a", new GrainState<TestState>(new TestState())).IsCompletedSuccessfully);
        Assert.True(storage.Jobs.Scan(null, 1, true).IsCompletedSuccessfully);
    }

    /// <summary>Timers go off when the test says so.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        private readonly List<Action> _timers = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan)
                _timers.Add(() => callback(state));
            return new Timer(this, callback, state);
        }

        public void FireTimers() => _timers.ForEach(t => t());

        private sealed class Timer(StoppedClock clock, TimerCallback callback, object? state) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                clock._timers.Add(() => callback(state));
                return true;
            }

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
