using Scheduling.Jobs;
using Scheduling.Model;
using static Scheduling.Tests.Jobs.Given;

namespace Scheduling.Tests.Jobs;

public sealed class PreemptionTests
{
    private static readonly AttemptId Big = new(new JobId("j-big"), 3);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    private static JobState Saving() => Running(Job(s => s with { Checkpoint = new CheckpointRule() }));

    private static JobState Asked(JobState job, TimeSpan? grace = null) => Must(JobDecider.Preempt(job, 1, Big, grace ?? Grace, "it is owed the room", At(10)));

    [Fact]
    public void A_job_that_can_save_its_work_goes_on_until_its_grace_ends()
    {
        var job = Asked(Saving());
        Assert.Equal((JobPhase.Running, PoolDuty.Checkpoint, At(40)), (job.Phase, JobDecider.DutyOf(job), job.Preemption!.StopAt));
        Assert.Equal(At(40), job.WakeAt);
        Assert.IsType<JobDecision.Nothing>(JobDecider.CheckTime(job, At(39)));
        job = Must(JobDecider.CheckTime(job, At(40)));
        Assert.Equal((JobPhase.Stopping, JobPhase.Pending, 1), (job.Phase, job.After, job.Evictions));
        Assert.Null(job.Preemption);
    }

    [Fact]
    public void It_stops_as_soon_as_its_work_is_saved()
    {
        var job = Asked(Saving());
        job = Must(JobDecider.Report(job, new WorkerReport(1, true, false, null, false, CheckpointedAt: At(12)), At(13)));
        Assert.Equal((JobPhase.Stopping, JobPhase.Pending, At(12)), (job.Phase, job.After, job.LastCheckpointAt));
    }

    [Fact]
    public void What_was_saved_before_the_ask_is_no_answer_to_it()
    {
        var job = Asked(Saving());
        job = Must(JobDecider.Report(job, new WorkerReport(1, true, false, null, false, CheckpointedAt: At(9)), At(13)));
        Assert.Equal((JobPhase.Running, At(9)), (job.Phase, job.LastCheckpointAt));
    }

    [Fact]
    public void A_job_that_cannot_save_its_work_stops_at_once()
    {
        var job = Asked(Running(Job()));
        Assert.Equal((JobPhase.Stopping, JobPhase.Pending), (job.Phase, job.After));
        Assert.Equal("preempted: it is owed the room", job.Reason);
        Assert.DoesNotContain("j-big", string.Join(' ', job.Timeline.Select(e => e.Message)), StringComparison.Ordinal);
    }

    [Fact]
    public void No_grace_stops_at_once() => Assert.Equal(JobPhase.Stopping, Asked(Saving(), TimeSpan.Zero).Phase);

    [Fact]
    public void An_attempt_that_has_not_started_has_nothing_to_save()
    {
        var job = Asked(Placed(Job(s => s with { Checkpoint = new CheckpointRule() })));
        Assert.Equal(JobPhase.Stopping, job.Phase);
    }

    [Fact]
    public void Called_off_it_goes_on()
    {
        var job = Must(JobDecider.CallOffPreemption(Asked(Saving()), 1, Big, At(20)));
        Assert.Equal((JobPhase.Running, PoolDuty.None, 0), (job.Phase, JobDecider.DutyOf(job), job.Evictions));
        Assert.IsType<JobDecision.Nothing>(JobDecider.CheckTime(job, At(60)));
        Assert.Equal([JobEventType.PreemptionAsked, JobEventType.PreemptionCalledOff], job.Timeline.Select(e => e.Type).TakeLast(2));
        Assert.IsType<JobDecision.Nothing>(JobDecider.CallOffPreemption(job, 1, Big, At(21)));
    }

    [Fact]
    public void Only_the_job_that_asked_can_call_it_off()
    {
        var other = new AttemptId(new JobId("j-other"), 1);
        Assert.IsType<JobDecision.Nothing>(JobDecider.CallOffPreemption(Asked(Saving()), 1, other, At(20)));
    }

    [Fact]
    public void Where_nobody_wants_its_place_any_more_it_is_called_off_whoever_asked()
    {
        var job = Must(JobDecider.CallOffPreemption(Asked(Saving()), 1, default, At(20)));
        Assert.Null(job.Preemption);
        Assert.IsType<JobDecision.Nothing>(JobDecider.CallOffPreemption(job, 1, default, At(21)));
    }

    [Fact]
    public void What_has_begun_to_stop_cannot_be_called_off() =>
        Assert.IsType<JobDecision.Refuse>(JobDecider.CallOffPreemption(Asked(Running(Job())), 1, Big, At(20)));

    [Fact]
    public void Asking_again_changes_nothing_and_a_second_asker_cannot_lengthen_the_grace()
    {
        var job = Asked(Saving());
        Assert.IsType<JobDecision.Nothing>(JobDecider.Preempt(job, 1, Big, Grace, "again", At(20)));
        job = Must(JobDecider.Preempt(job, 1, new AttemptId(new JobId("j-other"), 1), TimeSpan.FromHours(1), "me too", At(20)));
        Assert.Equal(At(40), job.Preemption!.StopAt);
    }

    [Fact]
    public void An_older_attempt_is_not_preempted() =>
        Assert.IsType<JobDecision.Nothing>(JobDecider.Preempt(Saving(), 2, Big, Grace, "late", At(10)));

    [Fact]
    public void The_preempted_job_queues_again_with_its_first_submit_time()
    {
        var job = Gone(Asked(Running(Job())));
        Assert.Equal((JobPhase.Pending, 2, Start, 1), (job.Phase, job.Attempt, job.SubmittedAt, job.Evictions));
        Assert.Equal(0, job.Failures);
    }

    [Fact]
    public void Suspending_a_job_that_was_asked_to_make_room_ends_the_ask()
    {
        var job = Must(JobDecider.Suspend(Asked(Saving()), "later", At(15)));
        Assert.Null(job.Preemption);
        Assert.Equal(JobPhase.Suspended, Gone(job).Phase);
    }

    [Fact]
    public void Extra_workers_of_an_elastic_job_do_not_queue_again()
    {
        var extra = Job(s => s with { Origin = new JobOrigin { Set = new JobId("j-0"), Kind = OriginKind.Extension, Index = 0 } });
        Assert.Equal(JobPhase.Cancelled, Gone(Asked(Running(extra))).Phase);
    }

    [Fact]
    public void Checkpoints_are_kept_but_not_every_one_is_written_down()
    {
        var job = Must(JobDecider.Report(Saving(), new WorkerReport(1, true, false, null, false, CheckpointedAt: At(100)), At(100)));
        Assert.Equal(At(100), job.LastCheckpointAt);
        Assert.IsType<JobDecision.Nothing>(JobDecider.Report(job, new WorkerReport(1, true, false, null, false, CheckpointedAt: At(105)), At(105)));
        var lines = job.Timeline.Length;
        job = Must(JobDecider.Report(job, new WorkerReport(1, true, false, null, false, CheckpointedAt: At(111)), At(111)));
        Assert.Equal((At(111), lines), (job.LastCheckpointAt, job.Timeline.Length));
    }

    [Fact]
    public void A_checkpoint_is_never_later_than_now()
    {
        var job = Must(JobDecider.Report(Saving(), new WorkerReport(1, true, false, null, false, CheckpointedAt: At(9999)), At(100)));
        Assert.Equal(At(100), job.LastCheckpointAt);
    }
}
