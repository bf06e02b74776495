using Scheduling.Jobs;
using Scheduling.Model;
using static Scheduling.Tests.Jobs.Given;

namespace Scheduling.Tests.Jobs;

public sealed class DependencyTests
{
    private static readonly JobId First = new("j-a");
    private static readonly JobId Second = new("j-b");

    private static JobState Waiting(DependencyCondition condition = DependencyCondition.Succeeded) =>
        Job(s => s with { DependsOn = [new JobDependency(First, condition), new JobDependency(Second, DependencyCondition.Succeeded)] });

    [Theory]
    [InlineData(DependencyCondition.Succeeded, JobPhase.Succeeded, DependencyStanding.Met)]
    [InlineData(DependencyCondition.Succeeded, JobPhase.Failed, DependencyStanding.Never)]
    [InlineData(DependencyCondition.Succeeded, JobPhase.Running, DependencyStanding.Waiting)]
    [InlineData(DependencyCondition.Ended, JobPhase.TimedOut, DependencyStanding.Met)]
    [InlineData(DependencyCondition.Ended, JobPhase.Stopping, DependencyStanding.Waiting)]
    [InlineData(DependencyCondition.Failed, JobPhase.Cancelled, DependencyStanding.Met)]
    [InlineData(DependencyCondition.Failed, JobPhase.Succeeded, DependencyStanding.Never)]
    [InlineData(DependencyCondition.Started, JobPhase.Pending, DependencyStanding.Waiting)]
    [InlineData(DependencyCondition.Started, JobPhase.Cancelled, DependencyStanding.Never)]
    public void A_condition_is_met_or_can_never_be(DependencyCondition condition, JobPhase phase, DependencyStanding standing) =>
        Assert.Equal(standing, DependencyRules.Of(condition, new DependencyFact(phase, false)));

    [Fact]
    public void A_job_that_has_started_once_has_started_whatever_came_of_it() =>
        Assert.Equal(DependencyStanding.Met, DependencyRules.Of(DependencyCondition.Started, new DependencyFact(JobPhase.Pending, true)));

    [Fact]
    public void A_job_waits_outside_the_queue_until_all_of_it_is_so()
    {
        var job = Waiting();
        Assert.Equal((true, PoolDuty.Hold), (job.IsHeld, JobDecider.DutyOf(job)));
        job = Must(JobDecider.DependencyNews(job, First, new DependencyFact(JobPhase.Succeeded, true), At(1)));
        Assert.True(job.IsHeld);
        Assert.IsType<JobDecision.Nothing>(JobDecider.DependencyNews(job, First, new DependencyFact(JobPhase.Succeeded, true), At(2)));
        job = Must(JobDecider.DependencyNews(job, Second, new DependencyFact(JobPhase.Succeeded, true), At(3)));
        Assert.Equal((false, PoolDuty.Enqueue, Start), (job.IsHeld, JobDecider.DutyOf(job), job.SubmittedAt));
    }

    [Fact]
    public void A_condition_that_can_never_come_true_ends_the_job()
    {
        var job = Must(JobDecider.DependencyNews(Waiting(), First, new DependencyFact(JobPhase.Failed, true), At(1)));
        Assert.Equal(JobPhase.Cancelled, job.Phase);
        Assert.StartsWith(DependencyRules.NeverSatisfied, job.Reason, StringComparison.Ordinal);
        Assert.Equal(PoolDuty.Ended, JobDecider.DutyOf(job));
    }

    [Fact]
    public void A_suspended_job_hears_of_its_dependencies_and_is_free_when_resumed()
    {
        var job = Must(JobDecider.Suspend(Waiting(), "later", At(1)));
        job = Must(JobDecider.DependencyNews(job, First, new DependencyFact(JobPhase.Succeeded, true), At(2)));
        job = Must(JobDecider.DependencyNews(job, Second, new DependencyFact(JobPhase.Succeeded, true), At(3)));
        Assert.Equal(JobPhase.Suspended, job.Phase);
        Assert.False(Must(JobDecider.Resume(job, At(4))).IsHeld);
    }

    [Fact]
    public void Who_waits_is_remembered_until_it_was_told()
    {
        var waits = new JobDependency(new JobId("j-w"), DependencyCondition.Succeeded);
        var job = Must(JobDecider.Watch(Running(Job()), waits, At(1)));
        Assert.IsType<JobDecision.Nothing>(JobDecider.Watch(job, waits, At(1)));
        Assert.False(DependencyRules.HasNews(job));
        Assert.Null(job.WakeAt);
        job = Gone(Must(JobDecider.Report(job, new WorkerReport(1, true, true, null, false), At(5))), At(6));
        Assert.True(DependencyRules.HasNews(job));
        Assert.Equal(At(6), job.WakeAt);
        job = Must(JobDecider.Told(job, [waits], At(7)));
        Assert.Equal((false, (DateTimeOffset?)null, JobPhase.Succeeded), (DependencyRules.HasNews(job), job.WakeAt, job.Phase));
    }

    [Fact]
    public void So_many_may_wait_for_one_job_and_no_more()
    {
        var job = Job();
        for (var i = 0; i < JobState.MaxDependents; i++)
        {
            job = Must(JobDecider.Watch(job, new JobDependency(new JobId($"j-{i}"), DependencyCondition.Ended), At(1)));
        }

        Assert.IsType<JobDecision.Refuse>(JobDecider.Watch(job, new JobDependency(new JobId("j-last"), DependencyCondition.Ended), At(1)));
    }
}
