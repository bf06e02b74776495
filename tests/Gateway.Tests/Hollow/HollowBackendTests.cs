using Grains;
using Grains.Pools;

namespace Gateway.Tests.Hollow;

public sealed class HollowBackendTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Workers_start_run_for_their_time_and_succeed()
    {
        await using var host = await new Host().Start();
        host.Feed.Set(Make.Assignment("a", runFor: Hour));
        await host.Feed.Next((a, r) => a == Make.Attempt("a") && r.AllStarted && !r.AllSucceeded);

        host.Time.Advance(Hour - TimeSpan.FromTicks(1));
        await host.Barrier("b");
        Assert.DoesNotContain(host.Feed.Reports, r => r.Report.Gone);

        host.Time.Advance(TimeSpan.FromTicks(1));
        var end = await host.Feed.Next((_, r) => r.Gone);
        Assert.True(end is { AllStarted: true, AllSucceeded: true, Failure: null, Attempt: 1 });
    }

    [Fact]
    public async Task Time_scale_makes_an_hour_a_minute()
    {
        await using var host = await new Host(configure: o => o.TimeScale = 60).Start();
        host.Feed.Set(Make.Assignment("a", runFor: Hour));
        await host.Feed.Next((_, r) => r.AllStarted);
        host.Time.Advance(Minute);
        Assert.True((await host.Feed.Next((_, r) => r.Gone)).AllSucceeded);
    }

    [Fact]
    public async Task Without_a_run_time_workers_run_until_they_are_stopped()
    {
        await using var host = await new Host().Start();
        host.Feed.Set(Make.Assignment("a"));
        await host.Feed.Next((_, r) => r.AllStarted);
        host.Time.Advance(TimeSpan.FromDays(100));
        await host.Barrier("b");
        Assert.DoesNotContain(host.Feed.Reports, r => r.Report.Gone);

        host.Feed.Set(Make.Assignment("a", wish: AssignmentWish.Stop));
        var end = await host.Feed.Next((_, r) => r.Gone);
        Assert.True(end is { AllStarted: true, AllSucceeded: false, Failure: null });
    }

    [Fact]
    public async Task Start_and_stop_take_as_long_as_they_are_told_to()
    {
        await using var host = await new Host(configure: o => (o.StartDelay, o.StopDelay) = (Minute, 2 * Minute)).Start();
        host.Feed.Set(Make.Assignment("a"));
        host.Feed.Set(Make.Assignment("b"));
        var started = host.Feed.Next((a, r) => a.Job.Value == "b" && r.AllStarted);
        await host.Time.AdvanceUntil(started, TimeSpan.FromSeconds(1));

        host.Feed.Set(Make.Assignment("a", wish: AssignmentWish.Stop));
        var before = host.Time.GetUtcNow();
        await host.Time.AdvanceUntil(host.Feed.Next((a, r) => a.Job.Value == "a" && r.Gone), TimeSpan.FromSeconds(1));
        Assert.True(host.Time.GetUtcNow() - before >= 2 * Minute);
    }

    [Fact]
    public async Task A_stop_before_the_start_ends_it_without_a_start()
    {
        await using var host = await new Host(configure: o => o.StartDelay = Hour).Start();
        host.Feed.Set(Make.Assignment("a"));
        host.Feed.Set(Make.Assignment("a", wish: AssignmentWish.Stop));
        Assert.False((await host.Feed.Next((_, r) => r.Gone)).AllStarted);
    }

    [Fact]
    public async Task A_failing_worker_is_named_by_rank_and_its_gang_goes()
    {
        await using var host = await new Host(configure: o => (o.FailureProbability, o.StopDelay) = (1, Minute)).Start();
        host.Feed.Set(Make.Assignment("a", runFor: Hour, workers: 8));
        await host.Feed.Next((_, r) => r.AllStarted);

        var failed = host.Feed.Next((_, r) => r.Failure is not null);
        await host.Time.AdvanceUntil(failed, Minute);
        Assert.Equal("worker 0 in rack openb/t4-r01, slot 0, exited with code 1 (hollow failure)", (await failed).Failure);
        Assert.False((await failed).Gone);

        await host.Time.AdvanceUntil(host.Feed.Next((_, r) => r is { Gone: true, Failure: not null, AllSucceeded: false }), Minute);
    }

    [Fact]
    public async Task A_report_that_times_out_is_sent_again()
    {
        await using var host = new Host();
        var calls = 0;
        host.Feed.Answer = (_, _) => ++calls <= 2 ? throw new TimeoutException() : Answer.Done(1);
        await host.Start();
        host.Feed.Set(Make.Assignment("a"));
        await host.Time.AdvanceUntil(host.Feed.Next((_, r) => r.AllStarted), TimeSpan.FromMilliseconds(50));
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task A_report_that_keeps_failing_is_left_to_later_reconciles_and_holds_up_no_other_job()
    {
        await using var host = new Host(configure: o => o.Reconcile.WorkloadConcurrency = 2);
        var calls = 0;
        host.Feed.Answer = (a, _) => a.Job.Value == "a" && ++calls <= 20 ? throw new TimeoutException() : Answer.Done(1);
        await host.Start();
        host.Feed.Set(Make.Assignment("a"));
        await host.Barrier("b");
        await host.Time.AdvanceUntil(host.Feed.Next((a, r) => a.Job.Value == "a" && r.AllStarted), TimeSpan.FromMilliseconds(50));
        Assert.Equal(21, calls);
    }

    [Fact]
    public async Task A_refused_report_is_made_again_later_while_the_pool_still_wants_the_attempt()
    {
        await using var host = new Host();
        var refusals = 0;
        host.Feed.Answer = (_, _) => ++refusals == 1 ? Answer.Of(Outcome.Conflict, "not now") : Answer.Done(1);
        await host.Start();
        host.Feed.Set(Make.Assignment("a"));
        await host.Time.AdvanceUntil(host.Feed.Next((_, r) => r.AllStarted), TimeSpan.FromSeconds(1));
        Assert.Equal(2, refusals);
    }

    [Fact]
    public async Task That_no_worker_is_left_is_said_again_while_the_pool_still_lists_the_attempt()
    {
        await using var host = await new Host().Start();
        host.Feed.Set(Make.Assignment("a", wish: AssignmentWish.Stop));
        await host.Feed.Next((_, r) => r.Gone);
        await host.Barrier("b");
        host.Time.Advance(Minute);
        await host.Barrier("c");
        Assert.Equal(2, host.Feed.Reports.Count(r => r.Report.Gone));

        host.Feed.Set(Make.Assignment("a", wish: AssignmentWish.Gone));
        await host.Barrier("d");
        host.Time.Advance(10 * Minute);
        await host.Barrier("e");
        Assert.Equal(2, host.Feed.Reports.Count(r => r.Report.Gone));
    }

    [Fact]
    public async Task An_attempt_that_is_gone_is_forgotten()
    {
        await using var host = await new Host().Start();
        host.Feed.Set(Make.Assignment("a", runFor: Hour));
        await host.Barrier("b");
        host.Feed.Set(Make.Assignment("a", wish: AssignmentWish.Gone));
        await host.Barrier("c");
        Assert.Equal(2, host.Known);
        Assert.Equal(2, host.Backend.Count);
        host.Time.Advance(2 * Hour);
        await host.Barrier("d");
        Assert.DoesNotContain(host.Feed.Reports, r => r.Report.Gone);
    }

    [Fact]
    public async Task An_older_wish_does_not_bring_a_stopped_attempt_back()
    {
        await using var host = await new Host(configure: o => o.StopDelay = Minute).Start();
        await host.Barrier("listed");
        host.Feed.Set(Make.Assignment("a"));
        host.Feed.Set(Make.Assignment("a", wish: AssignmentWish.Stop));
        host.Feed.Set(Make.Assignment("a"));
        await host.Barrier("b");
        host.Time.Advance(Minute);
        Assert.False((await host.Feed.Next((a, r) => a.Job.Value == "a" && r.Gone)).AllSucceeded);
    }

    [Fact]
    public void The_same_seed_gives_every_attempt_the_same_fate_and_another_attempt_another_one()
    {
        var options = new global::Gateway.Hollow.HollowOptions { FailureProbability = 0.05 };
        var spec = Make.Assignment("a", runFor: Hour, workers: 32).Spec;
        var fates = Enumerable.Range(1, 200).Select(n => global::Gateway.Hollow.HollowFate.Of(Make.Attempt("a", n), spec, options)).ToList();
        Assert.Equal(fates, Enumerable.Range(1, 200).Select(n => global::Gateway.Hollow.HollowFate.Of(Make.Attempt("a", n), spec, options)));

        // 1 - 0.95^32 = 0.806 of the gangs fail.
        Assert.InRange(fates.Count(f => f.FailAfter is not null), 140, 180);
        Assert.True(fates.Distinct().Count() > 100);
        Assert.All(fates, f => Assert.True(f.FailAfter is null || f.FailAfter < Hour));
    }
}
