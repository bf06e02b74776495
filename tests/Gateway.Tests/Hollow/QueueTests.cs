using Gateway.Backends;

namespace Gateway.Tests.Hollow;

public sealed class QueueTests
{
    [Fact]
    public async Task A_key_stands_in_the_work_queue_once()
    {
        var queue = new WorkQueue<int>();
        queue.Add(1);
        queue.Add(1);
        queue.Add(2);
        Assert.Equal(2, queue.Count);
        Assert.Equal(1, await queue.Take(CancellationToken.None));
        Assert.Equal(2, await queue.Take(CancellationToken.None));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task A_key_that_is_added_while_it_is_worked_on_comes_back_only_when_that_is_done()
    {
        var queue = new WorkQueue<int>();
        queue.Add(1);
        await queue.Take(CancellationToken.None);
        queue.Add(1);
        queue.Add(1);
        var again = queue.Take(CancellationToken.None).AsTask();
        Assert.False(again.IsCompleted);
        queue.Done(1);
        Assert.Equal(1, await again.WaitAsync(TimeSpan.FromSeconds(30)));
        queue.Done(1);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Keys_come_in_the_order_of_their_due_times_with_one_timer()
    {
        var time = new ManualTimeProvider();
        var due = new List<string>();
        using var queue = new DelayQueue<string>(time, due.Add);
        var now = time.GetUtcNow();
        queue.Set("late", now.AddSeconds(3));
        queue.Set("soon", now.AddSeconds(1));
        Assert.Equal(1, time.Armed);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["soon", "late"], due);
        Assert.Equal(0, time.Armed);
    }

    [Fact]
    public async Task A_due_time_in_the_past_comes_at_once()
    {
        var time = new ManualTimeProvider();
        var due = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var queue = new DelayQueue<string>(time, due.SetResult);
        queue.Set("a", time.GetUtcNow().AddSeconds(-1));
        Assert.Equal("a", await due.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public void Setting_a_key_again_replaces_its_due_time_and_removing_it_takes_it_away()
    {
        var time = new ManualTimeProvider();
        var due = new List<string>();
        using var queue = new DelayQueue<string>(time, due.Add);
        queue.Set("a", time.GetUtcNow().AddSeconds(1));
        queue.Set("a", time.GetUtcNow().AddSeconds(10));
        queue.Set("b", time.GetUtcNow().AddSeconds(1));
        queue.Remove("b");
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(due);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], due);
    }

    [Fact]
    public void A_due_time_beyond_what_timers_take_still_comes()
    {
        var time = new ManualTimeProvider();
        var due = new List<string>();
        using var queue = new DelayQueue<string>(time, due.Add);
        queue.Set("a", time.GetUtcNow().AddDays(365));
        time.Advance(TimeSpan.FromDays(364));
        Assert.Empty(due);
        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(["a"], due);
    }

    [Fact]
    public void Setting_one_key_for_ever_does_not_grow_the_heap_for_ever()
    {
        var time = new ManualTimeProvider();
        var due = new List<string>();
        using var queue = new DelayQueue<string>(time, due.Add);
        for (var i = 0; i < 100_000; i++)
        {
            queue.Set("a", time.GetUtcNow().AddSeconds(100_000 - i));
        }

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["a"], due);
        Assert.InRange(queue.HeapSize, 0, 1025);
    }
}
