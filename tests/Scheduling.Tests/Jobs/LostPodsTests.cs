using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Jobs;

/// <summary>Jobs whose workers somebody else made: what is lost is not waited for.</summary>
public sealed class LostPodsTests
{
    private const string Why = "pod a was deleted";

    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly GangPlacement Somewhere = new() { Racks = [new RackSlice { Rack = new RackId("p/r"), Workers = [new WorkerSlot(0, 0, 0, 1, 1000)] }] };
    private static readonly PodSet Pods = new() { Cluster = "c", Namespace = "n", Names = ["a"], Uids = ["u"] };

    [Fact]
    public void A_gang_that_came_apart_is_stopped_and_then_over_though_it_could_be_retried()
    {
        var stopping = Must(JobDecider.Report(Placed(), Seen() with { Lost = Why }, Start));
        Assert.Equal((JobPhase.Stopping, JobPhase.Cancelled, Why), (stopping.Phase, stopping.After, stopping.Reason));
        Assert.Equal(JobPhase.Cancelled, Must(JobDecider.Report(stopping, Seen() with { Gone = true, Lost = Why }, Start)).Phase);
    }

    [Fact]
    public void An_evicted_attempt_whose_pods_are_gone_does_not_queue_again_and_one_whose_pods_wait_does()
    {
        var evicted = Must(JobDecider.Evict(Placed(), 1, "drained", Start));
        var over = Must(JobDecider.Report(evicted, Seen() with { Gone = true, Lost = Why }, Start));
        Assert.Equal((JobPhase.Cancelled, $"drained; {Why}"), (over.Phase, over.Reason));
        var again = Must(JobDecider.Report(evicted, Seen() with { Gone = true }, Start));
        Assert.Equal((JobPhase.Pending, 2), (again.Phase, again.Attempt));
    }

    [Fact]
    public void Pods_that_were_all_deleted_end_the_job_as_cancelled_and_how_others_ended_comes_first()
    {
        Assert.Equal(JobPhase.Cancelled, Must(JobDecider.Report(Placed(), Seen() with { Gone = true, Lost = Why }, Start)).Phase);
        Assert.Equal(JobPhase.Succeeded, Must(JobDecider.Report(Placed(), Seen() with { Gone = true, AllSucceeded = true, Lost = Why }, Start)).Phase);
    }

    [Fact]
    public void A_job_that_was_cancelled_says_that_pods_of_it_are_left_so_that_they_go_on_in_another_and_says_it_once()
    {
        const string Left = $"2 of its 3 pods ended or were deleted; {LostWorkers.TakenUpAnew}";
        var cancelled = Must(JobDecider.Cancel(Placed(), "no longer wanted", Start));
        var over = Must(JobDecider.Report(cancelled, Seen() with { Gone = true, Lost = Left }, Start));
        Assert.Equal((JobPhase.Cancelled, $"no longer wanted; {Left}"), (over.Phase, over.Reason));
        Assert.Equal("no longer wanted", Must(JobDecider.Report(cancelled, Seen() with { Gone = true, Lost = Why }, Start)).Reason);

        var apart = Must(JobDecider.Report(Placed(), Seen() with { Lost = $"{Why}; {LostWorkers.TakenUpAnew}" }, Start));
        Assert.Equal($"{Why}; {LostWorkers.TakenUpAnew}", Must(JobDecider.Report(apart, Seen() with { Gone = true, Lost = Left }, Start)).Reason);
    }

    [Fact]
    public void Whatever_kind_of_failure_it_was_nobody_here_makes_the_pods_again()
    {
        var failing = Must(JobDecider.Report(Placed(), Seen() with { Failure = "node lost", Class = FailureClass.Hardware }, Start));
        Assert.Equal((JobPhase.Stopping, JobPhase.Failed), (failing.Phase, failing.After));
    }

    private static WorkerReport Seen() => new(1, false, false, null, false);

    private static JobState Placed()
    {
        var job = JobDecider.Submit(new JobId("j-1"), Specs.Job(gpus: 1) with { MaxRetries = 5, Pods = Pods }, "hash", Start);
        return Must(JobDecider.Place(job, 1, 1, 1, Somewhere, Start));
    }

    private static JobState Must(JobDecision decision) => Assert.IsType<JobDecision.Change>(decision).Next;
}
