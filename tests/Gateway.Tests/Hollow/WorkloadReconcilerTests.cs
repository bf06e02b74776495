using Grains.Pools;

namespace Gateway.Tests.Hollow;

public sealed class WorkloadReconcilerTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_watch_that_cannot_go_on_lists_again_and_forgets_what_is_gone()
    {
        await using var host = await new Host().Start();
        host.Feed.Set(Make.Assignment("a", runFor: Hour));
        await host.Barrier("b");
        host.Feed.RemoveSilently(Make.Attempt("a"));
        host.Feed.Forget();
        await host.Barrier("c");
        Assert.Equal(2, host.Feed.Lists);
        Assert.Equal(2, host.Known);
        host.Time.Advance(2 * Hour);
        await host.Barrier("d");
        Assert.DoesNotContain(host.Feed.Reports, r => r.Report.Gone);
    }

    [Fact]
    public async Task A_list_that_is_older_than_one_before_takes_nothing_away()
    {
        await using var host = await new Host().Start();
        host.Feed.Set(Make.Assignment("a", runFor: Hour));
        await host.Barrier("b");

        // As an activation of the pool that has been replaced answers: it knows nothing of what came after it.
        host.Feed.AnswersAsOf = 0;
        host.Feed.RemoveSilently(Make.Attempt("a"));
        host.Feed.Forget();
        var before = host.Feed.Lists;
        await host.Time.AdvanceUntil(host.Feed.Listed(before + 3), TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, host.Known);

        host.Feed.AnswersAsOf = null;
        await host.Time.AdvanceUntil(host.Barrier("c"), TimeSpan.FromMilliseconds(100));
        Assert.Equal(2, host.Known);
    }

    [Fact]
    public async Task Changes_that_come_soon_after_others_are_told_of_together()
    {
        var reads = 0;
        var feed = new FakeFeed { OnRead = () => Interlocked.Increment(ref reads) };
        await using var host = await new Host(feed, configure: o => o.Reconcile.WatchApart = TimeSpan.FromSeconds(1)).Start();
        host.Time.Advance(TimeSpan.FromSeconds(2));
        await host.Barrier("at once");
        feed.Set(Make.Assignment("soon"));
        await host.Time.AdvanceUntil(feed.Next((a, r) => a == Make.Attempt("soon") && r.AllStarted), TimeSpan.FromMilliseconds(100));
        var before = Volatile.Read(ref reads);
        for (var i = 0; i < 20; i++)
        {
            feed.Set(Make.Assignment($"job-{i:000}"));
        }

        await host.Time.AdvanceUntil(feed.Next((a, r) => a == Make.Attempt("job-019") && r.AllStarted), TimeSpan.FromMilliseconds(100));
        Assert.InRange(Volatile.Read(ref reads) - before, 0, 3);
    }

    [Fact]
    public async Task A_list_of_many_pages_is_read_to_its_end()
    {
        var feed = new FakeFeed();
        for (var i = 0; i < 25; i++)
        {
            feed.Set(Make.Assignment($"job-{i:000}"));
        }

        await using var host = await new Host(feed, configure: o => o.Reconcile.ListPageSize = 10).Start();
        await host.Barrier("z");
        Assert.Equal(3, feed.Lists);
        Assert.Equal(26, feed.Reports.Count(r => r.Report.AllStarted));
    }

    [Fact]
    public async Task Reads_that_fail_are_made_again_with_growing_waits()
    {
        var failures = 0;
        var feed = new FakeFeed { OnRead = () => { if (failures < 5) { failures++; throw new TimeoutException(); } } };
        await using var host = await new Host(feed).Start();
        feed.Set(Make.Assignment("a"));
        var before = host.Time.GetUtcNow();
        await host.Time.AdvanceUntil(feed.Next((_, r) => r.AllStarted), TimeSpan.FromMilliseconds(100));

        // 0.5 + 1 + 2 + 4 + 8 s.
        Assert.True((host.Time.GetUtcNow() - before).TotalSeconds >= 15.5);
    }

    [Fact]
    public async Task After_a_restart_workers_go_on_from_when_they_had_started()
    {
        var feed = new FakeFeed();
        var time = new ManualTimeProvider();
        await using (var first = await new Host(feed, time).Start())
        {
            feed.Set(Make.Assignment("a", runFor: Hour));
            await first.Barrier("b");
            feed.HasStarted(Make.Attempt("a"), time.GetUtcNow());
        }

        time.Advance(TimeSpan.FromMinutes(50));
        await using var second = await new Host(feed, time).Start();
        await second.Barrier("c");
        Assert.Equal(1, feed.Reports.Count(r => r.Attempt.Job.Value == "a"));

        time.Advance(TimeSpan.FromMinutes(10));
        Assert.True((await feed.Next((a, r) => a.Job.Value == "a" && r.Gone)).AllSucceeded);
    }

    [Fact]
    public async Task What_ended_while_nobody_looked_is_reported_at_once_after_a_restart()
    {
        var feed = new FakeFeed();
        var time = new ManualTimeProvider();
        feed.Set(Make.Assignment("a", runFor: Hour));
        feed.Set(Make.Assignment("b", wish: AssignmentWish.Stop));
        feed.HasStarted(Make.Attempt("a"), time.GetUtcNow() - 2 * Hour);
        await using var host = await new Host(feed, time).Start();
        Assert.True((await feed.Next((a, r) => a.Job.Value == "a" && r.Gone)).AllSucceeded);
        Assert.False((await feed.Next((a, r) => a.Job.Value == "b" && r.Gone)).AllSucceeded);
    }

    [Fact]
    public async Task All_are_listed_again_now_and_then_although_nothing_was_lost()
    {
        await using var host = await new Host().Start();
        await host.Barrier("a");

        // The first may have come with the list; the second comes with the watch, whose clock is then running.
        await host.Barrier("watched");
        host.Time.Advance(TimeSpan.FromMinutes(6));
        await host.Barrier("b");
        await host.Barrier("c");
        Assert.Equal(2, host.Feed.Lists);
    }

    [Fact]
    public async Task Twenty_thousand_running_jobs_share_a_handful_of_timers()
    {
        const int jobs = 20_000;
        var feed = new FakeFeed();
        for (var i = 0; i < jobs; i++)
        {
            feed.Set(Make.Assignment($"job-{i:00000}", runFor: Hour));
        }

        var reports = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        feed.Answer = (_, _) =>
        {
            if (Interlocked.Increment(ref reports) == jobs)
            {
                all.SetResult();
            }

            return Grains.Answer.Done(1);
        };
        await using var host = await new Host(feed).Start();
        await all.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await host.Barrier("z");
        Assert.InRange(host.Time.Armed, 1, 5);

        (reports, all) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        host.Time.Advance(Hour);
        await all.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
