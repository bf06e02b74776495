using Grains.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.Tests.Jobs;

public sealed class JobGrainTests : IDisposable
{
    private static readonly AttemptId Big = new(new JobId("j-big"), 1);

    private readonly JobFixture _it = new();

    public void Dispose() => _it.Dispose();

    private void RunOneThatSaves()
    {
        _it.Submit("j-1", s => s with { Checkpoint = new CheckpointRule() });
        _it.Run("j-1");
    }

    private Answer Preempt(double grace = 30) => _it.Host.Ask(() => _it.Job("j-1").Preempt(new PreemptAttempt
    {
        Attempt = 1, Preemptor = Big, Grace = TimeSpan.FromSeconds(grace), Reason = "it is owed the room",
    }));

    [Fact]
    public void Asked_to_make_room_the_job_asks_for_a_checkpoint_and_stops_when_the_grace_ends()
    {
        RunOneThatSaves();
        Assert.True(Preempt().IsDone);
        Assert.Contains("Checkpoint j-1/1 on", _it.Pool);
        _it.Host.Wait(29);
        Assert.Equal(JobPhase.Running, _it.View("j-1").Phase);
        _it.Host.Wait(2);
        Assert.Equal((JobPhase.Stopping, 1), (_it.View("j-1").Phase, _it.View("j-1").Evictions));
        Assert.Contains("Stop j-1/1", _it.Pool);
    }

    [Fact]
    public void The_end_of_the_grace_is_not_forgotten_in_a_crash()
    {
        RunOneThatSaves();
        Preempt();
        _it.Host.Crash();
        _it.Host.Wait(60);

        // What the reconciler does for every job whose index row says that its time has come.
        _it.Host.Do(() => _it.Job("j-1").Settle());
        Assert.Equal(JobPhase.Stopping, _it.View("j-1").Phase);
    }

    [Fact]
    public void A_checkpoint_that_is_done_ends_the_attempt_before_its_grace_and_is_told_to_the_pool()
    {
        RunOneThatSaves();
        Preempt();
        _it.Report("j-1", new AttemptReport { Attempt = 1, AllStarted = true, CheckpointedAt = _it.Host.Now.AddSeconds(1) });
        Assert.Equal(JobPhase.Stopping, _it.View("j-1").Phase);
        Assert.Contains("Checkpointed j-1/1 on", _it.Pool);
        _it.Report("j-1", new AttemptReport { Attempt = 1, AllStarted = true, Gone = true });
        Assert.Equal("Enqueue j-1/2", _it.Pool[^1]);
    }

    [Fact]
    public void Called_off_the_pool_hears_that_the_workers_go_on()
    {
        RunOneThatSaves();
        Preempt();
        Assert.True(_it.Host.Ask(() => _it.Job("j-1").CallOffPreemption(1, Big)).IsDone);
        Assert.Contains("Checkpoint j-1/1 off", _it.Pool);
        _it.Host.Wait(60);
        Assert.Equal(JobPhase.Running, _it.View("j-1").Phase);
    }

    [Fact]
    public void Called_off_after_a_crash_the_pool_hears_it_too()
    {
        RunOneThatSaves();
        Preempt();
        _it.Host.Crash();
        _it.Host.Ask(() => _it.Job("j-1").CallOffPreemption(1, Big));
        Assert.Contains("Checkpoint j-1/1 off", _it.Pool);
    }

    [Fact]
    public void Calling_off_what_has_begun_to_stop_is_a_conflict()
    {
        RunOneThatSaves();
        Preempt(grace: 0);
        Assert.Equal(Outcome.Conflict, _it.Host.Ask(() => _it.Job("j-1").CallOffPreemption(1, Big)).Outcome);
    }

    [Fact]
    public void A_failed_job_backs_off_outside_the_queue_and_queues_by_itself()
    {
        _it.Submit("j-1", s => s with { MaxRetries = 1, Retry = new RetryRules { BackOff = TimeSpan.FromSeconds(20) } });
        _it.Run("j-1");
        _it.Fail("j-1");
        Assert.NotNull(_it.View("j-1").RetryAt);
        Assert.DoesNotContain("Enqueue j-1/2", _it.Pool);
        _it.Host.Wait(19);
        Assert.DoesNotContain("Enqueue j-1/2", _it.Pool);
        _it.Host.Wait(2);
        Assert.Equal("Enqueue j-1/2", _it.Pool[^1]);
    }

    [Fact]
    public void A_job_that_misses_its_deadline_ends_and_the_pool_forgets_it()
    {
        _it.Submit("j-1", s => s with { Deadline = _it.Host.Now.AddSeconds(100), TimeLimit = TimeSpan.FromSeconds(40) });
        _it.Host.Wait(59);
        Assert.Equal(JobPhase.Pending, _it.View("j-1").Phase);
        _it.Host.Wait(2);
        Assert.Equal(JobPhase.TimedOut, _it.View("j-1").Phase);
        Assert.Equal("Ended j-1/1", _it.Pool[^1]);
    }

    [Fact]
    public void A_timeline_that_is_watched_is_not_woken_by_changes_without_a_line()
    {
        RunOneThatSaves();
        var seen = _it.Host.Ask(() => _it.Job("j-1").Events(JobFixture.User, 0, TimeSpan.Zero))!.Events[^1].Sequence;
        _it.Report("j-1", new AttemptReport { Attempt = 1, AllStarted = true, CheckpointedAt = _it.Host.Now });
        var began = _it.Host.Now;
        Assert.Empty(_it.Host.Ask(() => _it.Job("j-1").Events(JobFixture.User, seen, TimeSpan.FromSeconds(5)))!.Events);
        Assert.True(_it.Host.Now - began >= TimeSpan.FromSeconds(5));
    }
}
