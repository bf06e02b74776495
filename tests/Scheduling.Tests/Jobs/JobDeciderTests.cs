using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Jobs;

public sealed class JobDeciderTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly GangPlacement Somewhere = new()
    {
        Racks = [new RackSlice { Rack = new RackId("p/r"), Workers = [new WorkerSlot(0, 0, 0, 1, 1000)] }],
    };

    private static readonly AttemptId Big = new(new JobId("j-big"), 1);

    private static JobState New(int retries = 0, TimeSpan? limit = null) =>
        JobDecider.Submit(new JobId("j-1"), Specs.Job(gpus: 1) with { MaxRetries = retries, TimeLimit = limit }, "hash", Start);

    private static JobState Must(JobDecision decision) => Assert.IsType<JobDecision.Change>(decision).Next;

    private static JobState Placed(JobState job, long plan = 1) => Must(JobDecider.Place(job, job.Attempt, plan, 1, Somewhere, Start));

    private static JobState Started(JobState job) => Must(JobDecider.Report(job, new WorkerReport(job.Attempt, true, false, null, false), Start));

    [Fact]
    public void A_job_goes_from_pending_over_starting_and_running_to_succeeded()
    {
        var job = Started(Placed(New()));
        Assert.Equal(JobPhase.Running, job.Phase);
        job = Must(JobDecider.Report(job, new WorkerReport(1, true, true, null, false), Start));
        Assert.Equal(JobPhase.Stopping, job.Phase);
        job = Must(JobDecider.Report(job, new WorkerReport(1, true, true, null, true), Start));
        Assert.Equal(JobPhase.Succeeded, job.Phase);
        Assert.NotNull(job.EndedAt);
        Assert.Equal([JobEventType.Submitted, JobEventType.Placed, JobEventType.Started, JobEventType.Stopping, JobEventType.Ended], job.Timeline.Select(e => e.Type));
    }

    [Fact]
    public void Placing_the_same_plan_twice_changes_nothing_and_another_plan_is_refused()
    {
        var job = Placed(New(), plan: 7);
        Assert.IsType<JobDecision.Nothing>(JobDecider.Place(job, 1, 7, 1, Somewhere, Start));
        Assert.IsType<JobDecision.Refuse>(JobDecider.Place(job, 1, 8, 1, Somewhere, Start));
    }

    [Fact]
    public void A_burnt_attempt_is_never_placed_again()
    {
        var job = Must(JobDecider.Fence(New(), 1, 5, Start));
        Assert.Equal(2, job.Attempt);
        Assert.IsType<JobDecision.Refuse>(JobDecider.Place(job, 1, 5, 1, Somewhere, Start));
        Assert.IsType<JobDecision.Change>(JobDecider.Place(job, 2, 6, 1, Somewhere, Start));
    }

    [Fact]
    public void A_committed_plan_is_not_burnt_by_a_rack_that_asks()
    {
        var job = Placed(New(), plan: 5);
        Assert.IsType<JobDecision.Nothing>(JobDecider.Fence(job, 1, 5, Start));
        Assert.True(JobDecider.IsCommitted(job, 1, 5));
        Assert.False(JobDecider.IsCommitted(job, 1, 4));
    }

    [Fact]
    public void An_older_epoch_than_one_that_has_acted_is_refused()
    {
        var job = Must(JobDecider.Place(New(), 1, 1, 9, Somewhere, Start));
        job = Must(JobDecider.Evict(job, 1, "drain", Start));
        job = Must(JobDecider.Report(job, new WorkerReport(1, false, false, null, true), Start));
        Assert.Equal((JobPhase.Pending, 2), (job.Phase, job.Attempt));
        Assert.IsType<JobDecision.Refuse>(JobDecider.Place(job, 2, 2, 8, Somewhere, Start));
    }

    [Fact]
    public void A_failed_attempt_is_retried_as_often_as_the_spec_says_and_then_the_job_has_failed()
    {
        var job = New(retries: 1);
        job = Must(JobDecider.Report(Started(Placed(job)), new WorkerReport(1, true, false, "rank 0: exit 1", true), Start));
        Assert.Equal((JobPhase.Pending, 2, 1), (job.Phase, job.Attempt, job.Failures));
        job = Must(JobDecider.Report(Started(Placed(job, 2)), new WorkerReport(2, true, false, "rank 0: exit 1", true), Start));
        Assert.Equal(JobPhase.Failed, job.Phase);
        Assert.Equal("rank 0: exit 1", job.Reason);
    }

    [Fact]
    public void Workers_that_vanish_cost_the_job_none_of_its_retries()
    {
        var job = Must(JobDecider.Report(Started(Placed(New())), new WorkerReport(1, true, false, null, true), Start));
        Assert.Equal((JobPhase.Pending, 2, 0), (job.Phase, job.Attempt, job.Failures));
    }

    [Fact]
    public void Cancelling_a_running_job_waits_until_its_workers_are_gone()
    {
        var job = Must(JobDecider.Cancel(Started(Placed(New())), "enough", Start));
        Assert.Equal((JobPhase.Stopping, PoolDuty.Stop), (job.Phase, JobDecider.DutyOf(job)));
        Assert.IsType<JobDecision.Nothing>(JobDecider.Cancel(job, "enough", Start));
        job = Must(JobDecider.Report(job, new WorkerReport(1, true, false, null, true), Start));
        Assert.Equal((JobPhase.Cancelled, PoolDuty.Ended), (job.Phase, JobDecider.DutyOf(job)));
        Assert.IsType<JobDecision.Nothing>(JobDecider.Cancel(job, "again", Start));
        Assert.IsType<JobDecision.Refuse>(JobDecider.Resume(job, Start));
    }

    [Fact]
    public void A_suspended_job_resumes_as_a_new_attempt_with_its_first_submit_time()
    {
        var job = Must(JobDecider.Suspend(New(), "later", Start.AddMinutes(1)));
        Assert.Equal(PoolDuty.Ended, JobDecider.DutyOf(job));
        job = Must(JobDecider.Resume(job, Start.AddMinutes(2)));
        Assert.Equal((JobPhase.Pending, 2, Start), (job.Phase, job.Attempt, job.SubmittedAt));
    }

    [Fact]
    public void An_attempt_that_runs_longer_than_its_limit_is_stopped_as_timed_out()
    {
        var job = Started(Placed(New(limit: TimeSpan.FromHours(1))));
        Assert.IsType<JobDecision.Nothing>(JobDecider.CheckTime(job, Start.AddMinutes(59)));
        job = Must(JobDecider.CheckTime(job, Start.AddMinutes(60)));
        job = Must(JobDecider.Report(job, new WorkerReport(1, true, false, null, true), Start));
        Assert.Equal(JobPhase.TimedOut, job.Phase);
    }

    [Fact]
    public void The_timeline_keeps_the_newest_entries_and_numbers_them_on()
    {
        var job = New();
        for (var i = 0; i < 50; i++)
        {
            job = Must(JobDecider.Resume(Must(JobDecider.Suspend(job, "later", Start)), Start));
        }

        Assert.Equal((JobState.MaxTimeline, 101L, 38L), (job.Timeline.Length, job.Timeline[^1].Sequence, job.Timeline[0].Sequence));
    }

    [Fact]
    public void A_refusal_says_where_the_job_is_and_where_it_goes()
    {
        var stopping = Must(JobDecider.Report(Started(Placed(New())), new WorkerReport(1, true, true, null, false), Start));
        Assert.Equal("the job is Stopping (then Succeeded) already", Assert.IsType<JobDecision.Refuse>(JobDecider.Cancel(stopping, "c", Start)).Message);
        var over = Must(JobDecider.Report(stopping, new WorkerReport(1, true, true, null, true), Start));
        Assert.Equal("the job is Succeeded already", Assert.IsType<JobDecision.Refuse>(JobDecider.Cancel(over, "c", Start)).Message);
    }

    [Fact]
    public void Word_of_another_attempt_changes_nothing()
    {
        var job = Started(Placed(New()));
        Assert.IsType<JobDecision.Nothing>(JobDecider.Report(job, new WorkerReport(2, true, true, null, true), Start));
        Assert.IsType<JobDecision.Nothing>(JobDecider.Evict(job, 2, "drain", Start));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_comes_in_whatever_order_phases_move_along_the_graph_and_the_version_grows(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 500; run++)
        {
            var job = Any(random);
            for (var step = 0; step < 60; step++)
            {
                var decision = Random(job, random, Start.AddSeconds(step));
                if (decision is not JobDecision.Change { Next: var next })
                {
                    continue;
                }

                Assert.True(JobGraph.Allows(job.Phase, next.Phase), $"seed {seed}: {job.Phase} → {next.Phase}");
                Assert.True(next.Version > job.Version && next.Attempt >= job.Attempt, $"seed {seed}: version or attempt fell");
                Assert.True(!job.Phase.IsEnded() || next.Phase == job.Phase, $"seed {seed}: an ended job changed");
                Assert.True(next.Timeline.Length <= JobState.MaxTimeline);
                Assert.True(next.Preemption is null || next.Phase is JobPhase.Starting or JobPhase.Running, $"seed {seed}: asked to make room while {next.Phase}");
                Assert.True(next.Evictions >= job.Evictions && (next.HasStarted || !job.HasStarted));
                Assert.False(next.IsHeld && JobDecider.DutyOf(next) == PoolDuty.Enqueue);
                if (next.Spec.Set is not null)
                {
                    Assert.True(next.Placement is null && JobDecider.DutyOf(next) == PoolDuty.None, $"seed {seed}: a set has a place of its own");
                    job = next;
                    continue;
                }

                Assert.Equal(next.Phase.HoldsResources(), next.Placement is not null && !next.Phase.IsEnded() && next.Phase != JobPhase.Pending && next.Phase != JobPhase.Suspended);
                job = next;
            }
        }
    }

    private static JobState Any(Random random) => JobDecider.Submit(
        new JobId("j-1"),
        Specs.Job(gpus: 1) with
        {
            MaxRetries = random.Next(3),
            TimeLimit = random.Next(2) == 0 ? TimeSpan.FromSeconds(30) : null,
            Deadline = random.Next(4) == 0 ? Start.AddSeconds(random.Next(120)) : null,
            Checkpoint = random.Next(2) == 0 ? new CheckpointRule() : null,
            Retry = random.Next(2) == 0 ? new RetryRules { BackOff = TimeSpan.FromSeconds(random.Next(5)) } : null,
            Set = random.Next(4) == 0 ? new SetRule { Kind = (OriginKind)random.Next(2), Count = 5, MaxParallel = 2 } : null,
            DependsOn = random.Next(3) == 0 ? [new JobDependency(new JobId("j-0"), (DependencyCondition)random.Next(4))] : [],
        },
        "hash",
        Start);

    private static JobDecision Random(JobState job, Random random, DateTimeOffset now)
    {
        var attempt = job.Attempt + random.Next(-1, 2);
        return random.Next(13) switch
        {
            0 => JobDecider.Place(job, attempt, random.Next(1, 100), random.Next(5), Somewhere, now),
            1 => JobDecider.Fence(job, attempt, random.Next(1, 100), now),
            2 => JobDecider.Cancel(job, "c", now) is var cancel && random.Next(10) == 0 ? cancel : JobDecision.Nothing.Instance,
            3 => JobDecider.Suspend(job, "s", now),
            4 => JobDecider.Resume(job, now),
            5 => JobDecider.Evict(job, attempt, "e", now),
            6 => JobDecider.CheckTime(job, now),
            7 => JobDecider.Preempt(job, attempt, Big, TimeSpan.FromSeconds(random.Next(10)), "p", now),
            8 => JobDecider.CallOffPreemption(job, attempt, Big, now),
            9 => JobDecider.Scale(job, random.Next(4), now),
            10 => JobDecider.PartsNews(
                job,
                new SetProgress
                {
                    Mode = (SetMode)random.Next(3), Total = 5, Running = random.Next(2), Pending = random.Next(2), Failed = random.Next(2), IsEmpty = random.Next(2) == 0,
                    IsDone = random.Next(3) == 0,
                },
                now),
            11 => JobDecider.DependencyNews(job, new JobId("j-0"), new DependencyFact((JobPhase)random.Next(9), random.Next(2) == 0), now),
            _ => JobDecider.Report(
                job,
                new WorkerReport(
                    attempt, random.Next(2) == 0, random.Next(3) == 0, random.Next(4) == 0 ? "f" : null, random.Next(3) == 0, (FailureClass)random.Next(4),
                    random.Next(3) == 0 ? now : null),
                now),
        };
    }
}
