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

    [Fact]
    public void Others_in_place_of_failed_members_are_taken_only_from_who_names_the_ones_before_and_so_often_as_the_job_says()
    {
        var job = Must(Ask(Placed(Restarting), 1, "a", fence: 3));
        Assert.IsType<JobDecision.Refuse>(Ask(job, 1, "b", fence: 3));
        Assert.IsType<JobDecision.Refuse>(Ask(job, 1, "b", fence: 3, "x"));
        Assert.IsType<JobDecision.Refuse>(Ask(job, 1, "b", fence: 2, "a"));
        job = Must(Ask(job, 1, "b", fence: 3, "a"));
        Assert.Equal(("b", 1, "MembersRestarted"), (job.Binding, job.MemberRestarts, job.Timeline[^1].Type));
        Assert.IsType<JobDecision.Nothing>(Ask(job, 1, "b", fence: 3, "a"));
        Assert.IsType<JobDecision.Refuse>(Ask(job, 1, "c", fence: 3, "a"));
        job = Must(Ask(job, 1, "c", fence: 3, "b"));
        Assert.Contains("limit", Assert.IsType<JobDecision.Refuse>(Ask(job, 1, "d", fence: 3, "c")).Message);
        Assert.IsType<JobDecision.Refuse>(Ask(Must(JobDecider.Cancel(job, "", Start)), 1, "d", fence: 3, "c"));
    }

    [Fact]
    public void A_job_that_does_not_ask_for_it_never_has_other_workers_in_one_attempt_and_none_come_in_place_of_none()
    {
        Assert.IsType<JobDecision.Refuse>(Ask(Must(Ask(Placed(), 1, "a", fence: 3)), 1, "b", fence: 3, "a"));
        Assert.IsType<JobDecision.Refuse>(Ask(Placed(Restarting), 1, "b", fence: 3, "a"));
    }

    [Fact]
    public void The_next_attempt_may_start_its_members_again_as_often_as_the_one_before()
    {
        var job = Must(Ask(Must(Ask(Placed(Restarting), 1, "a", fence: 3)), 1, "b", fence: 3, "a"));
        Assert.Equal(0, Must(JobDecider.Report(job, new WorkerReport(1, false, false, null, Gone: true, Fence: 3), Start)).MemberRestarts);
    }

    [Fact]
    public void Workers_that_are_lost_are_given_up_by_name_which_counts_once_and_others_take_their_place()
    {
        var job = Must(Ask(Placed(Restarting), 1, "a+b", 3));
        Assert.IsType<JobDecision.Refuse>(Ask(job, 1, "a+-", 3, "others", vacant: 1));
        var without = Must(Ask(job, 1, "a+-", 3, "a+b", vacant: 1));
        Assert.Equal((1, 1, JobEventType.MembersRestarted), (without.Vacant, without.MemberRestarts, without.Timeline[^1].Type));
        Assert.IsType<JobDecision.Nothing>(Ask(without, 1, "a+-", 3, null, vacant: 1));

        // Another process that does not know of it cannot go on from what was.
        Assert.IsType<JobDecision.Refuse>(Ask(without, 1, "a+c", 3, "a+b"));
        var whole = Must(Ask(without, 1, "a+c", 3, "a+-"));
        Assert.Equal((0, 1, JobEventType.MembersReplaced), (whole.Vacant, whole.MemberRestarts, whole.Timeline[^1].Type));

        // Twice is the limit.
        var again = Must(Ask(Must(Ask(whole, 1, "-+c", 3, "a+c", vacant: 1)), 1, "d+c", 3, "-+c"));
        Assert.IsType<JobDecision.Refuse>(Ask(again, 1, "d+-", 3, "d+c", vacant: 1));
        Assert.Equal(0, Must(JobDecider.Report(Must(Ask(again, 1, "d+c", 4)), new WorkerReport(1, false, false, null, Gone: true, Fence: 4), Start)).Vacant);
    }

    [Fact]
    public void A_lost_node_costs_only_its_workers_where_failed_members_are_started_again_and_the_gang_runs()
    {
        var running = Must(JobDecider.Report(Must(Ask(Placed(Restarting), 1, "a+b", 3)), new WorkerReport(1, AllStarted: true, false, null, false, Fence: 3), Start));
        Assert.True(JobDecider.SwapsMembers(running, 1));
        Assert.False(JobDecider.SwapsMembers(running, 2));
        Assert.False(JobDecider.SwapsMembers(running with { MemberRestarts = 2 }, 1));
        Assert.True(JobDecider.SwapsMembers(running with { MemberRestarts = 2, Vacant = 1 }, 1));

        // Nobody said that its workers can be named; it does not run yet; it has to go anyhow; it is started again as a whole.
        Assert.False(JobDecider.SwapsMembers(running with { Binding = null }, 1));
        Assert.False(JobDecider.SwapsMembers(Must(Ask(Placed(Restarting), 1, "a+b", 3)), 1));
        Assert.False(JobDecider.SwapsMembers(running with { Preemption = new JobPreemption { Preemptor = new AttemptId(new JobId("o"), 1), AskedAt = Start, StopAt = Start, Reason = "" } }, 1));
        Assert.False(JobDecider.SwapsMembers(running with { Spec = running.Spec with { Restart = null } }, 1));
        Assert.False(JobDecider.SwapsMembers(running with { Spec = running.Spec with { Topology = new TopologyRule { Required = TopologyLevel.Node } } }, 1));
    }

    private static RestartRule Restarting => new() { Scope = RestartScope.FailedMembers, Limit = 2 };

    private static JobDecision Ask(JobState job, int attempt, string workers, long fence, string? before = null, int vacant = 0) =>
        JobDecider.Report(job, new WorkerReport(attempt, false, false, null, false, Fence: fence, Binding: workers, Replaces: before, Vacant: vacant), Start);

    private static JobState New(RestartRule? restart = null) => JobDecider.Submit(new JobId("j-1"), Specs.Job(gpus: 1) with { Restart = restart }, "hash", Start);

    private static JobState Placed(RestartRule? restart = null) => Must(JobDecider.Place(New(restart), 1, 1, 1, Somewhere, Start));

    private static JobState Must(JobDecision decision) => Assert.IsType<JobDecision.Change>(decision).Next;
}
