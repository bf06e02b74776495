using Scheduling.Jobs;
using Scheduling.Model;
using static Scheduling.Tests.Jobs.Given;

namespace Scheduling.Tests.Jobs;

public sealed class RetryTests
{
    private static JobState With(RetryRules? rules, int maxRetries = 0) => Job(s => s with { Retry = rules, MaxRetries = maxRetries });

    /// <summary>Fails again and again until the job has ended; answers how many attempts there were.</summary>
    private static (JobState Job, int Attempts) FailUntilEnded(JobState job, Func<int, FailureClass> kind, TimeSpan? ran = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            Assert.True(attempt < 2000, "it is retried without end");
            var began = job.ChangedAt;
            job = Failed(Running(job, began), kind(attempt), began + (ran ?? TimeSpan.FromSeconds(1)));
            if (job.Phase.IsEnded())
            {
                return (job, attempt);
            }

            if (job.RetryAt is { } at)
            {
                job = Must(JobDecider.CheckTime(job, at));
            }
        }
    }

    [Fact]
    public void Each_wait_is_twice_the_one_before_and_never_longer_than_the_longest()
    {
        var job = With(new RetryRules { BackOff = TimeSpan.FromSeconds(10), MaxBackOff = TimeSpan.FromSeconds(35) }, maxRetries: 5);
        List<double> waits = [];
        for (var i = 0; i < 4; i++)
        {
            job = Failed(Running(job));
            waits.Add((job.RetryAt!.Value - Start).TotalSeconds);
            job = Must(JobDecider.CheckTime(job, job.RetryAt.Value)) with { ChangedAt = Start };
        }

        Assert.Equal([10, 20, 35, 35], waits);
    }

    [Fact]
    public void A_job_that_backs_off_is_kept_out_of_the_queue_and_let_in_when_its_time_has_come()
    {
        var job = Failed(Running(With(new RetryRules { BackOff = TimeSpan.FromSeconds(10) }, maxRetries: 1)));
        Assert.Equal((JobPhase.Pending, true, PoolDuty.Hold, At(10)), (job.Phase, job.IsHeld, JobDecider.DutyOf(job), job.WakeAt));
        Assert.IsType<JobDecision.Refuse>(JobDecider.Place(job, 2, 9, 1, Somewhere, At(5)));
        Assert.IsType<JobDecision.Nothing>(JobDecider.CheckTime(job, At(9)));
        job = Must(JobDecider.CheckTime(job, At(10)));
        Assert.Equal((false, PoolDuty.Enqueue), (job.IsHeld, JobDecider.DutyOf(job)));
        Assert.IsType<JobDecision.Change>(JobDecider.Place(job, 2, 9, 1, Somewhere, At(11)));
    }

    [Fact]
    public void A_class_that_the_rules_name_has_retries_of_its_own()
    {
        var rules = new RetryRules { Limits = [new RetryLimit(FailureClass.OutOfMemory, 0), new RetryLimit(FailureClass.Setup, 3)] };
        var oom = Failed(Running(With(rules, maxRetries: 5)), FailureClass.OutOfMemory);
        Assert.Equal(JobPhase.Failed, oom.Phase);
        Assert.Equal(4, FailUntilEnded(With(rules, maxRetries: 0), _ => FailureClass.Setup).Attempts);
        Assert.Equal(6, FailUntilEnded(With(rules, maxRetries: 5), _ => FailureClass.Application).Attempts);
    }

    [Fact]
    public void Failing_hardware_does_not_use_up_the_retries_of_the_job()
    {
        var job = Failed(Running(With(null, maxRetries: 1)), FailureClass.Hardware);
        Assert.Equal((JobPhase.Pending, 0), (job.Phase, job.Failures));
        job = Failed(Running(job));
        Assert.Equal((JobPhase.Pending, 1), (job.Phase, job.Failures));
        Assert.Equal(JobPhase.Failed, Failed(Running(job)).Phase);
    }

    [Fact]
    public void The_budget_counts_all_classes_together()
    {
        var rules = new RetryRules { Limits = [new RetryLimit(FailureClass.Hardware, 50)], Budget = 3 };
        var (job, attempts) = FailUntilEnded(With(rules, maxRetries: 50), i => i % 2 == 0 ? FailureClass.Hardware : FailureClass.Application);
        Assert.Equal(4, attempts);
        Assert.Contains("budget of 3", job.Reason);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_rules_and_however_it_fails_retries_end(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 200; run++)
        {
            var limits = Enum.GetValues<FailureClass>().Where(_ => random.Next(3) == 0).Select(c => new RetryLimit(c, random.Next(101)));
            var rules = random.Next(3) == 0 ? null : new RetryRules
            {
                Limits = [.. limits], Budget = random.Next(2) == 0 ? random.Next(101) : null, BackOff = TimeSpan.FromSeconds(random.Next(3)),
            };
            var retries = random.Next(101);
            var (job, attempts) = FailUntilEnded(With(rules, retries), _ => (FailureClass)random.Next(4));
            Assert.Equal(JobPhase.Failed, job.Phase);
            var budget = rules?.Budget ?? Math.Max(RetryPolicy.DefaultBudget, retries);

            // Hardware that nobody named comes on top, but only so often in a row.
            Assert.InRange(attempts, 1, (budget + 1) * (RetryPolicy.MaxLostInRow + 1) + 1);
        }
    }

    [Fact]
    public void A_job_that_breaks_every_machine_it_gets_is_stopped_and_waits_ever_longer_before()
    {
        var job = With(null);
        var waited = TimeSpan.Zero;
        for (var i = 0; i < RetryPolicy.MaxLostInRow; i++)
        {
            job = Gone(Running(job), Start);
            Assert.Equal(JobPhase.Pending, job.Phase);
            if (job.RetryAt is { } at)
            {
                waited += at - Start;
                job = Must(JobDecider.CheckTime(job, at));
            }
        }

        job = Gone(Running(job), Start);
        Assert.Equal(JobPhase.Failed, job.Phase);
        Assert.Contains("in a row", job.Reason);
        Assert.True(waited > TimeSpan.FromMinutes(20), $"it waited {waited} only");
    }

    [Fact]
    public void A_thousand_machines_in_all_are_enough()
    {
        JobState Lost(int before) => Gone(Running(With(null) with { FailedByClass = [new FailureCount(FailureClass.Hardware, before)] }), Start + RetryPolicy.GotSomewhere);
        Assert.Equal(JobPhase.Pending, Lost(RetryPolicy.MaxLost - 1).Phase);
        Assert.Equal(JobPhase.Failed, Lost(RetryPolicy.MaxLost).Phase);
    }

    [Fact]
    public void After_two_lost_machines_in_a_row_it_waits_ten_seconds_and_then_twice_as_long_each_time()
    {
        double? Wait(int lostBefore) => (Gone(Running(With(null) with { LostInRow = lostBefore }), Start).RetryAt - Start)?.TotalSeconds;
        Assert.Equal([null, 10, 20, 40, 80, 160, 320, 600], Enumerable.Range(0, 8).Select(Wait));
    }

    [Fact]
    public void An_hour_or_saved_work_is_somewhere_and_a_moment_less_is_not()
    {
        JobState Lost(JobState job, TimeSpan ran) => Gone(job, Start + ran);
        var job = With(null) with { LostInRow = 5 };
        Assert.Equal(1, Lost(Running(job), RetryPolicy.GotSomewhere).LostInRow);
        Assert.Equal(6, Lost(Running(job), RetryPolicy.GotSomewhere - TimeSpan.FromTicks(1)).LostInRow);
        Assert.Equal(1, Lost(Running(job) with { LastCheckpointAt = Start.AddSeconds(1) }, TimeSpan.FromSeconds(2)).LostInRow);
        Assert.Equal(6, Lost(Running(job) with { LastCheckpointAt = Start }, TimeSpan.FromSeconds(2)).LostInRow);
    }

    [Fact]
    public void A_long_job_survives_many_lost_machines_as_long_as_it_gets_somewhere()
    {
        var job = With(null);
        for (var i = 0; i < 100; i++)
        {
            job = Gone(Running(job), Start + RetryPolicy.GotSomewhere);
            Assert.Equal((JobPhase.Pending, false), (job.Phase, job.IsHeld));
        }
    }

    /// <summary>Found by JobModelTests, shrunk to these two steps: it went from Starting to Cancelled, which is not in the graph.</summary>
    [Theory]
    [InlineData(FailureClass.Hardware)]
    [InlineData(FailureClass.Application)]
    public void Extra_workers_that_fail_and_are_gone_at_once_have_failed(FailureClass kind)
    {
        var extra = Job(s => s with { Origin = new JobOrigin { Set = new JobId("j-0"), Kind = OriginKind.Extension, Index = 0 } });
        var job = Failed(Placed(extra), kind);
        Assert.Equal((JobPhase.Failed, "it broke"), (job.Phase, job.Reason));
    }

    [Fact]
    public void Suspended_while_it_backs_off_it_still_waits_after_it_was_resumed()
    {
        var job = Failed(Running(With(new RetryRules { BackOff = TimeSpan.FromSeconds(60) }, maxRetries: 1)));
        job = Must(JobDecider.Suspend(job, "later", At(1)));
        job = Must(JobDecider.Resume(job, At(2)));
        Assert.Equal((true, At(60)), (job.IsHeld, job.RetryAt));
        job = Must(JobDecider.Suspend(job, "later", At(3)));
        Assert.False(Must(JobDecider.Resume(job, At(100))).IsHeld);
    }
}
