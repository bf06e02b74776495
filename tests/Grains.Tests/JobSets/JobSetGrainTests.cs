using Grains.Jobs;
using Grains.Tests.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.Tests.JobSets;

public sealed class JobSetGrainTests : IDisposable
{
    private readonly JobFixture _it = new();

    public void Dispose() => _it.Dispose();

    private void SubmitArray(int count, int parallel, Func<JobSpec, JobSpec>? more = null)
    {
        Assert.True(_it.Submit("j-a", s => (more?.Invoke(s) ?? s) with { Set = new SetRule { Kind = OriginKind.Task, Count = count, MaxParallel = parallel } }).Answer.IsDone);
        _it.Host.Wait(2);
    }

    private void SubmitService(int replicas)
    {
        _it.Submit("j-s", s => s with { Set = new SetRule { Kind = OriginKind.Replica, Count = replicas }, Spread = new SpreadRule { Level = TopologyLevel.Rack } });
        _it.Host.Wait(2);
    }

    private void SubmitElastic(int most)
    {
        _it.Submit("j-e", s => s with { Roles = [s.Roles[0] with { Count = 2, MaxCount = most }] });
        _it.Run("j-e");
        _it.Host.Wait(2);
    }

    private void RunAndSucceed(string id)
    {
        _it.Run(id);
        _it.Succeed(id);
        _it.Host.Wait(1);
    }

    [Fact]
    public void An_array_keeps_so_many_tasks_live_and_ends_with_the_last()
    {
        SubmitArray(5, parallel: 2);
        Assert.Equal(["j-a-0", "j-a-1"], _it.Live("j-a"));
        for (var i = 0; i < 5; i++)
        {
            RunAndSucceed($"j-a-{i}");
            Assert.True(_it.Live("j-a").Count <= 2);
        }

        var view = _it.View("j-a");
        Assert.Equal((JobPhase.Succeeded, 5, 5), (view.Phase, view.Parts!.Succeeded, _it.Parts("j-a").Count));
        Assert.DoesNotContain(_it.Pool, c => c.EndsWith("j-a/1", StringComparison.Ordinal));
    }

    [Fact]
    public void An_array_of_which_a_task_failed_has_failed_and_names_it()
    {
        SubmitArray(2, parallel: 2);
        RunAndSucceed("j-a-0");
        _it.Run("j-a-1");
        _it.Fail("j-a-1");
        _it.Host.Wait(1);
        Assert.Equal(JobPhase.Failed, _it.View("j-a").Phase);
        Assert.Contains("1 of 2 tasks did not succeed, the first j-a-1", _it.View("j-a").Reason);
    }

    [Fact]
    public void Tasks_are_plain_jobs_that_say_whose_they_are()
    {
        SubmitArray(2, parallel: 2);
        var task = _it.View("j-a-1");
        Assert.Equal(("j-a-1", new JobId("j-a"), OriginKind.Task, 1), (task.Spec.Name, task.Spec.Origin!.Set, task.Spec.Origin.Kind, task.Spec.Origin.Index));
        Assert.Null(task.Spec.Set);
        Assert.Contains("Enqueue j-a-1/1", _it.Pool);
    }

    [Fact]
    public void A_large_array_is_created_in_steps_and_no_further_than_its_window()
    {
        SubmitArray(100_000, parallel: 300);
        _it.Host.Wait(5);
        Assert.Equal(300, _it.Live("j-a").Count);
    }

    [Fact]
    public void A_crash_between_promise_and_creation_loses_no_task_and_doubles_none()
    {
        _it.PoolIsAway = true;
        SubmitArray(20, parallel: 10);
        _it.Host.Crash();
        _it.PoolIsAway = false;
        _it.Reconcile();
        _it.Host.Wait(10);
        Assert.Equal(10, _it.Live("j-a").Count);
        for (var i = 0; i < 20; i++)
        {
            if (i == 7)
            {
                _it.Host.Crash();
                _it.Reconcile();
            }

            RunAndSucceed($"j-a-{i}");
        }

        _it.Reconcile();
        Assert.Equal((JobPhase.Succeeded, 20), (_it.View("j-a").Phase, _it.Parts("j-a").Count));
    }

    [Fact]
    public void Cancelling_an_array_cancels_its_tasks_and_ends_when_none_is_left()
    {
        SubmitArray(10, parallel: 3);
        _it.Run("j-a-0");
        _it.Host.Wait(1);
        Assert.Equal(JobPhase.Running, _it.View("j-a").Phase);
        _it.Host.Ask(() => _it.Job("j-a").Cancel(JobFixture.User, "enough"));
        _it.Host.Wait(2);
        Assert.Equal((JobPhase.Stopping, JobPhase.Stopping), (_it.View("j-a").Phase, _it.View("j-a-0").Phase));
        _it.Report("j-a-0", new AttemptReport { Attempt = 1, AllStarted = true, Gone = true });
        _it.Host.Wait(3);
        Assert.Equal(JobPhase.Cancelled, _it.View("j-a").Phase);
        Assert.All(_it.Parts("j-a"), p => Assert.Equal("Cancelled", p.Phase));
        Assert.Equal(3, _it.Parts("j-a").Count);
    }

    [Fact]
    public void Suspending_an_array_suspends_its_tasks_and_resuming_resumes_only_those()
    {
        SubmitArray(4, parallel: 3);
        _it.Host.Ask(() => _it.Job("j-a-2").Suspend(JobFixture.User, "mine"));
        _it.Host.Wait(1);
        _it.Host.Ask(() => _it.Job("j-a").Suspend(JobFixture.User, "later"));
        _it.Host.Wait(3);
        Assert.Equal(JobPhase.Suspended, _it.View("j-a").Phase);
        Assert.All(_it.Parts("j-a"), p => Assert.Equal("Suspended", p.Phase));

        _it.Host.Ask(() => _it.Job("j-a").Resume(JobFixture.User));
        _it.Host.Wait(3);
        Assert.Equal(["Pending", "Pending", "Suspended"], _it.Parts("j-a").Select(p => p.Phase));
        Assert.Equal(JobPhase.Starting, _it.View("j-a").Phase);
    }

    [Fact]
    public void A_suspended_array_that_is_cancelled_leaves_no_task_behind()
    {
        SubmitArray(4, parallel: 2);
        _it.Host.Ask(() => _it.Job("j-a").Suspend(JobFixture.User, "later"));
        _it.Host.Wait(3);
        _it.Host.Ask(() => _it.Job("j-a").Cancel(JobFixture.User, "never mind"));
        _it.Reconcile();
        _it.Reconcile();
        Assert.Empty(_it.Live("j-a"));
        Assert.Equal(JobPhase.Cancelled, _it.View("j-a").Phase);
        Assert.False(_it.Host.States.Index.Rows.Values.Single(r => r.Job.Value == "j-a").HasChildren);
    }

    [Fact]
    public void An_array_waits_for_its_dependencies_before_it_creates_anything()
    {
        _it.Submit("j-1");
        SubmitArray(2, parallel: 2, s => s with { DependsOn = [new JobDependency(new JobId("j-1"), DependencyCondition.Succeeded)] });
        Assert.Empty(_it.Parts("j-a"));
        RunAndSucceed("j-1");
        _it.Host.Wait(2);
        Assert.Equal(2, _it.Live("j-a").Count);
    }

    [Fact]
    public void A_job_may_wait_for_a_whole_array()
    {
        SubmitArray(2, parallel: 2);
        _it.Submit("j-z", s => s with { DependsOn = [new JobDependency(new JobId("j-a"), DependencyCondition.Succeeded)] });
        RunAndSucceed("j-a-0");
        Assert.DoesNotContain("Enqueue j-z/1", _it.Pool);
        RunAndSucceed("j-a-1");
        _it.Host.Wait(2);
        Assert.Contains("Enqueue j-z/1", _it.Pool);
    }

    [Fact]
    public void A_service_puts_another_in_the_place_of_a_replica_that_ended_and_waits_longer_each_time()
    {
        SubmitService(2);
        Assert.Equal(["j-s-0", "j-s-1"], _it.Live("j-s"));
        Assert.Equal(TopologyLevel.Rack, _it.View("j-s-0").Spec.Spread!.Level);
        _it.Run("j-s-0");
        _it.Fail("j-s-0");
        _it.Host.Wait(3);
        Assert.Equal(["j-s-0-1", "j-s-1"], _it.Live("j-s"));
        for (var i = 1; i < 6; i++)
        {
            var newest = _it.Live("j-s").First(id => id.StartsWith("j-s-0", StringComparison.Ordinal));
            _it.Run(newest);
            _it.Fail(newest);
            _it.Host.Wait(1);
            Assert.Single(_it.Live("j-s"));
            _it.Host.Wait(Math.Pow(2, i));
        }

        Assert.Equal((JobPhase.Running, 6), (_it.View("j-s").Phase, _it.View("j-s").Parts!.Failed));
    }

    [Fact]
    public void A_service_is_scaled_up_and_down()
    {
        SubmitService(2);
        Assert.True(_it.Host.Ask(() => _it.Job("j-s").Scale(JobFixture.User, 4)).IsDone);
        _it.Host.Wait(2);
        Assert.Equal(4, _it.Live("j-s").Count);
        _it.Host.Ask(() => _it.Job("j-s").Scale(JobFixture.User, 1));
        _it.Host.Wait(3);
        Assert.Equal(["j-s-0"], _it.Live("j-s"));
        _it.Host.Ask(() => _it.Job("j-s").Scale(JobFixture.User, 2));
        _it.Host.Wait(2);
        Assert.Equal(2, _it.Live("j-s").Count);
        Assert.DoesNotContain("j-s-1", _it.Live("j-s"));
        Assert.Equal(2, _it.View("j-s").Replicas);
    }

    [Fact]
    public void Only_a_service_is_scaled()
    {
        _it.Submit("j-1");
        Assert.Equal(Outcome.Conflict, _it.Host.Ask(() => _it.Job("j-1").Scale(JobFixture.User, 3)).Outcome);
    }

    [Fact]
    public void An_elastic_job_asks_for_one_more_worker_when_it_has_got_the_one_before()
    {
        SubmitElastic(most: 5);
        Assert.Equal(["j-e-x1-1"], _it.Live("j-e"));
        Assert.True(_it.View("j-e-x1-1").Spec.IsOpportunistic);
        Assert.Equal(2, _it.View("j-e-x1-1").Spec.Origin!.RankOffset);
        _it.Host.Wait(60);
        Assert.Single(_it.Live("j-e"));
        for (var i = 1; i <= 3; i++)
        {
            _it.Run($"j-e-x1-{i}");
            _it.Host.Wait(2);
        }

        Assert.Equal((3, 3), (_it.Live("j-e").Count, _it.View("j-e").Parts!.Running));
        Assert.Equal([2, 3, 4], _it.Live("j-e").Select(id => _it.View(id).Spec.Origin!.RankOffset));
    }

    [Fact]
    public void Extra_workers_go_with_the_attempt_and_come_with_the_next()
    {
        SubmitElastic(most: 4);
        _it.Run("j-e-x1-1");
        _it.Host.Wait(2);
        _it.Host.Ask(() => _it.Job("j-e").Evict(1, "drain"));
        _it.Host.Wait(2);
        Assert.Equal(JobPhase.Stopping, _it.View("j-e-x1-1").Phase);
        _it.Report("j-e-x1-1", new AttemptReport { Attempt = 1, AllStarted = true, Gone = true });
        _it.Report("j-e", new AttemptReport { Attempt = 1, AllStarted = true, Gone = true });
        _it.Host.Wait(2);
        Assert.Empty(_it.Live("j-e"));

        _it.Run("j-e");
        _it.Host.Wait(2);
        Assert.Single(_it.Live("j-e"), id => id.StartsWith("j-e-x2-", StringComparison.Ordinal));
    }

    [Fact]
    public void Extra_workers_that_had_to_go_are_not_asked_for_again_at_once()
    {
        SubmitElastic(most: 4);
        _it.Run("j-e-x1-1");
        _it.Host.Wait(2);
        _it.Host.Ask(() => _it.Job("j-e-x1-1").Preempt(new PreemptAttempt { Attempt = 1, Preemptor = new AttemptId(new JobId("j-x"), 1), Grace = TimeSpan.FromSeconds(30), Reason = "owed" }));
        _it.Host.Ask(() => _it.Job("j-e-x1-2").Preempt(new PreemptAttempt { Attempt = 1, Preemptor = new AttemptId(new JobId("j-x"), 1), Grace = TimeSpan.Zero, Reason = "owed" }));
        _it.Report("j-e-x1-1", new AttemptReport { Attempt = 1, AllStarted = true, Gone = true });
        Assert.Equal(JobPhase.Cancelled, _it.View("j-e-x1-1").Phase);
        _it.Host.Wait(5);
        Assert.Single(_it.Live("j-e"));
    }

    [Fact]
    public void Extra_workers_go_first_when_their_job_is_asked_to_make_room()
    {
        _it.Submit("j-e", s => s with { Roles = [s.Roles[0] with { Count = 2, MaxCount = 4 }], Checkpoint = new CheckpointRule() });
        _it.Run("j-e");
        _it.Host.Wait(2);
        _it.Host.Ask(() => _it.Job("j-e").Preempt(new PreemptAttempt { Attempt = 1, Preemptor = new AttemptId(new JobId("j-x"), 1), Grace = TimeSpan.FromSeconds(30), Reason = "owed" }));
        _it.Host.Wait(2);
        Assert.Empty(_it.Live("j-e"));
        Assert.Equal(JobPhase.Running, _it.View("j-e").Phase);
    }

    [Fact]
    public void Extra_workers_outlive_no_crash_of_their_job()
    {
        SubmitElastic(most: 4);
        _it.Run("j-e-x1-1");
        _it.Host.Wait(2);
        _it.Host.Peers.On("IJobSetGrain.Apply", (_, _) => throw new TimeoutException("lost"));
        _it.Succeed("j-e");
        Assert.Equal(JobPhase.Succeeded, _it.View("j-e").Phase);
        _it.Host.Crash();
        _it.Host.Peers.Forget("IJobSetGrain.Apply");
        _it.Reconcile();
        Assert.Equal(JobPhase.Stopping, _it.View("j-e-x1-1").Phase);
        _it.Report("j-e-x1-1", new AttemptReport { Attempt = 1, AllStarted = true, Gone = true });
        _it.Reconcile();
        _it.Reconcile();
        Assert.Empty(_it.Live("j-e"));
        Assert.False(_it.Host.States.Index.Rows.Values.Single(r => r.Job.Value == "j-e").HasChildren);
    }
}
