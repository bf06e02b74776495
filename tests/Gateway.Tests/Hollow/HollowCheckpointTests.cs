using Gateway.Hollow;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Tests.Hollow;

public sealed class HollowCheckpointTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static Assignment Saving(AssignmentWish wish = AssignmentWish.Run, TimeSpan? every = null)
    {
        var plain = Make.Assignment("a", wish: wish);
        return plain with { Spec = plain.Spec with { Checkpoint = new CheckpointRule { Interval = every } } };
    }

    [Fact]
    public async Task Asked_to_save_workers_say_when_they_have_and_go_on()
    {
        await using var host = await new Host(configure: o => o.CheckpointTime = Minute).Start();
        host.Feed.Set(Saving());
        await host.Feed.Next((_, r) => r.AllStarted);
        host.Feed.Set(Saving(AssignmentWish.Checkpoint));
        await host.Barrier("b");
        Assert.DoesNotContain(host.Feed.Reports, r => r.Report.CheckpointedAt is not null);

        var asked = host.Time.GetUtcNow();
        host.Time.Advance(Minute);
        var saved = await host.Feed.Next((_, r) => r.CheckpointedAt is not null);
        Assert.Equal((asked + Minute, false), (saved.CheckpointedAt, saved.Gone));
        await host.Barrier("c");
        Assert.Single(host.Feed.Reports, r => r.Report.CheckpointedAt is not null);
    }

    [Fact]
    public async Task An_ask_that_is_taken_back_is_not_answered_and_a_later_one_is()
    {
        await using var host = await new Host(configure: o => o.CheckpointTime = Minute).Start();
        host.Feed.Set(Saving());
        await host.Feed.Next((_, r) => r.AllStarted);
        host.Feed.Set(Saving(AssignmentWish.Checkpoint));
        await host.Barrier("b");
        host.Feed.Set(Saving());
        await host.Barrier("c");
        host.Time.Advance(2 * Minute);
        await host.Barrier("d");
        Assert.DoesNotContain(host.Feed.Reports, r => r.Report.CheckpointedAt is not null);

        host.Feed.Set(Saving(AssignmentWish.Checkpoint));
        await host.Time.AdvanceUntil(host.Feed.Next((_, r) => r.CheckpointedAt is not null), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Workers_save_by_themselves_as_often_as_their_rule_says()
    {
        await using var host = await new Host(configure: o => o.TimeScale = 2).Start();
        host.Feed.Set(Saving(every: 2 * Minute));
        await host.Feed.Next((_, r) => r.AllStarted);
        var started = host.Time.GetUtcNow();
        for (var i = 1; i <= 3; i++)
        {
            host.Time.Advance(Minute);
            var due = started + (i * Minute);
            await host.Feed.Next((_, r) => r.CheckpointedAt == due);
        }
    }

    [Fact]
    public async Task A_workload_that_cannot_save_runs_on_when_it_is_asked_to()
    {
        await using var host = await new Host().Start();
        host.Feed.Set(Make.Assignment("a"));
        await host.Feed.Next((_, r) => r.AllStarted);
        host.Feed.Set(Make.Assignment("a", wish: AssignmentWish.Checkpoint));
        await host.Barrier("b");
        host.Time.Advance(Minute);
        await host.Barrier("c");
        Assert.DoesNotContain(host.Feed.Reports, r => r.Attempt.Job.Value == "a" && (r.Report.Gone || r.Report.CheckpointedAt is not null));
    }

    [Fact]
    public async Task Labels_say_which_attempts_fail_and_how()
    {
        await using var host = await new Host().Start();
        var failing = Make.Assignment("a", runFor: Minute);
        failing = failing with
        {
            Spec = failing.Spec with
            {
                Labels =
                [
                    new Label(HollowFate.FailAfterLabel, "5"), new Label(HollowFate.FailClassLabel, "hardware"), new Label(HollowFate.FailAttemptsLabel, "1"),
                ],
            },
        };
        host.Feed.Set(failing);
        await host.Feed.Next((_, r) => r.AllStarted);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        var end = await host.Feed.Next((_, r) => r.Gone);
        Assert.Equal((FailureClass.Hardware, false), (end.FailureClass, end.AllSucceeded));

        host.Feed.Set(failing with { Attempt = Make.Attempt("a", 2) });
        await host.Feed.Next((a, r) => a.Number == 2 && r.AllStarted);
        host.Time.Advance(Minute);
        Assert.True((await host.Feed.Next((a, r) => a.Number == 2 && r.Gone)).AllSucceeded);
    }
}
