using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Jobs;

/// <summary>The job's word on which workers may be bound, and under whose leadership.</summary>
public sealed class BindingTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly GangPlacement Somewhere = new()
    {
        Racks = [new RackSlice { Rack = new RackId("p/r"), Workers = [new WorkerSlot(0, 0, 0, 1, 1000)] }],
    };

    [Fact]
    public void The_first_workers_that_are_named_are_the_only_ones_of_the_attempt()
    {
        var job = Must(Ask(Placed(), 1, "these", fence: 3));
        Assert.Equal(("these", 3, JobPhase.Starting), (job.Binding, job.Fence, job.Phase));
        Assert.IsType<JobDecision.Nothing>(Ask(job, 1, "these", fence: 3));
        Assert.IsType<JobDecision.Refuse>(Ask(job, 1, "others", fence: 4));
        Assert.Equal(4, Must(Ask(job, 1, "these", fence: 4)).Fence);
    }

    [Fact]
    public void None_may_be_bound_for_an_attempt_that_is_over_stopping_or_not_placed()
    {
        Assert.IsType<JobDecision.Refuse>(Ask(New(), 1, "these", fence: 1));
        Assert.IsType<JobDecision.Refuse>(Ask(Placed(), 2, "these", fence: 1));
        Assert.IsType<JobDecision.Refuse>(Ask(Must(JobDecider.Cancel(Placed(), "", Start)), 1, "these", fence: 1));
    }

    [Fact]
    public void What_an_older_leader_reports_after_a_newer_one_has_bound_counts_for_nothing()
    {
        var job = Must(Ask(Placed(), 1, "these", fence: 4));
        Assert.IsType<JobDecision.Refuse>(JobDecider.Report(job, new WorkerReport(1, false, false, null, Gone: true, Fence: 3), Start));
        Assert.Equal(JobPhase.Pending, Must(JobDecider.Report(job, new WorkerReport(1, false, false, null, Gone: true, Fence: 4), Start)).Phase);
    }

    [Fact]
    public void The_next_attempt_has_workers_of_its_own_and_the_fence_stays()
    {
        var job = Must(JobDecider.Report(Must(Ask(Placed(), 1, "these", fence: 4)), new WorkerReport(1, false, false, null, Gone: true, Fence: 4), Start));
        Assert.Equal((2, null, 4L), (job.Attempt, job.Binding, job.Fence));
        job = Must(JobDecider.Place(job, 2, 9, 1, Somewhere, Start));
        Assert.IsType<JobDecision.Refuse>(Ask(job, 2, "those", fence: 3));
        Assert.Equal("those", Must(Ask(job, 2, "those", fence: 4)).Binding);
    }

    private static JobDecision Ask(JobState job, int attempt, string workers, long fence) =>
        JobDecider.Report(job, new WorkerReport(attempt, false, false, null, false, Fence: fence, Binding: workers), Start);

    private static JobState New() => JobDecider.Submit(new JobId("j-1"), Specs.Job(gpus: 1), "hash", Start);

    private static JobState Placed() => Must(JobDecider.Place(New(), 1, 1, 1, Somewhere, Start));

    private static JobState Must(JobDecision decision) => Assert.IsType<JobDecision.Change>(decision).Next;
}
