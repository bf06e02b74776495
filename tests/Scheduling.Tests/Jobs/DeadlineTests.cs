using Scheduling.Jobs;
using static Scheduling.Tests.Jobs.Given;

namespace Scheduling.Tests.Jobs;

public sealed class DeadlineTests
{
    private static JobState Due(double deadline, double? limit = null) =>
        Job(s => s with { Deadline = At(deadline), TimeLimit = limit is { } l ? TimeSpan.FromSeconds(l) : null });

    [Fact]
    public void A_waiting_job_ends_when_it_can_no_longer_end_in_time()
    {
        var job = Due(100, limit: 30);
        Assert.Equal(At(70), job.WakeAt);
        Assert.IsType<JobDecision.Nothing>(JobDecider.CheckTime(job, At(70)));
        job = Must(JobDecider.CheckTime(job, At(70.5)));
        Assert.Equal(JobPhase.TimedOut, job.Phase);
        Assert.StartsWith(JobDecider.DeadlineMissed, job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_limit_it_waits_until_the_deadline_itself()
    {
        Assert.IsType<JobDecision.Nothing>(JobDecider.CheckTime(Due(100), At(99)));
        Assert.Equal(JobPhase.TimedOut, Must(JobDecider.CheckTime(Due(100), At(100))).Phase);
    }

    [Fact]
    public void A_job_that_runs_past_its_deadline_is_stopped()
    {
        var job = Running(Due(100));
        Assert.Equal(At(100), job.WakeAt);
        job = Must(JobDecider.CheckTime(job, At(100)));
        Assert.Equal((JobPhase.Stopping, JobPhase.TimedOut), (job.Phase, job.After));
        Assert.StartsWith(JobDecider.DeadlineMissed, Gone(job).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_time_limit_comes_first_when_it_is_shorter()
    {
        var job = Running(Due(100, limit: 30));
        Assert.Equal(At(30), job.WakeAt);
        Assert.Contains("limit", Must(JobDecider.CheckTime(job, At(30))).Reason);
    }

    [Fact]
    public void A_suspended_job_misses_its_deadline_too()
    {
        var job = Must(JobDecider.Suspend(Due(100), "later", At(1)));
        Assert.Equal(JobPhase.TimedOut, Must(JobDecider.CheckTime(job, At(100))).Phase);
    }

    [Fact]
    public void A_job_that_was_preempted_too_late_to_run_again_ends()
    {
        var job = Gone(Must(JobDecider.Evict(Running(Due(100, limit: 60)), 1, "drain", At(45))), At(50));
        Assert.Equal(JobPhase.Pending, job.Phase);
        Assert.Equal(JobPhase.TimedOut, Must(JobDecider.CheckTime(job, At(50))).Phase);
    }
}
