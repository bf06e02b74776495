using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.Tests.Jobs;

public sealed class JobDependencyTests : IDisposable
{
    private readonly JobFixture _it = new();

    public void Dispose() => _it.Dispose();

    private static Func<JobSpec, JobSpec> After(string job, DependencyCondition condition = DependencyCondition.Succeeded) =>
        s => s with { DependsOn = [new JobDependency(new JobId(job), condition)] };

    [Fact]
    public void A_job_waits_until_the_other_has_succeeded()
    {
        _it.Submit("j-1");
        _it.Submit("j-2", After("j-1"));
        Assert.Equal(["Enqueue j-1/1"], _it.Pool);
        _it.Run("j-1");
        _it.Succeed("j-1");
        _it.Host.Wait(1);
        Assert.Contains("Enqueue j-2/1", _it.Pool);
    }

    [Fact]
    public void What_waits_for_the_start_goes_on_then()
    {
        _it.Submit("j-1");
        _it.Submit("j-2", After("j-1", DependencyCondition.Started));
        _it.Run("j-1");
        _it.Host.Wait(1);
        Assert.Contains("Enqueue j-2/1", _it.Pool);
    }

    [Fact]
    public void A_job_whose_other_has_failed_ends()
    {
        _it.Submit("j-1");
        _it.Submit("j-2", After("j-1"));
        _it.Run("j-1");
        _it.Fail("j-1");
        _it.Host.Wait(1);
        Assert.Equal(JobPhase.Cancelled, _it.View("j-2").Phase);
        Assert.StartsWith(DependencyRules.NeverSatisfied, _it.View("j-2").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_so_already_need_not_be_waited_for()
    {
        _it.Submit("j-1");
        _it.Run("j-1");
        _it.Succeed("j-1");
        _it.Submit("j-2", After("j-1"));
        Assert.Equal("Enqueue j-2/1", _it.Pool[^1]);
    }

    [Fact]
    public void What_can_never_be_so_any_more_ends_the_job_at_once()
    {
        _it.Submit("j-1");
        _it.Run("j-1");
        _it.Fail("j-1");
        Assert.Equal(JobPhase.Cancelled, _it.Submit("j-2", After("j-1")).Job!.Phase);
    }

    [Fact]
    public void An_unknown_job_is_refused_and_leaves_no_trace()
    {
        var answer = _it.Submit("j-2", After("j-none"));
        Assert.Equal((Outcome.NotFound, (int?)0), (answer.Answer.Outcome, answer.BadDependency));
        Assert.Null(_it.Host.Ask(() => _it.Job("j-2").Get(JobFixture.User)));
    }

    [Fact]
    public void Another_tenants_job_is_as_unknown_as_one_that_is_not_there()
    {
        _it.Submit("j-1");
        var answer = _it.Host.Ask(() => _it.Job("j-1").Watch(new TenantId("blue"), new JobDependency(new JobId("j-2"), DependencyCondition.Ended)));
        Assert.Equal(Outcome.NotFound, answer.Answer.Outcome);
    }

    [Fact]
    public void News_that_a_crash_swallowed_are_told_when_the_job_is_looked_at_again()
    {
        _it.Submit("j-1");
        _it.Submit("j-2", After("j-1"));
        _it.Run("j-1");
        _it.Host.Peers.On("IJobGrain.DependencyNews", (_, _) => throw new TimeoutException("lost"));
        _it.Succeed("j-1");
        _it.Host.Wait(1);
        Assert.DoesNotContain("Enqueue j-2/1", _it.Pool);
        _it.Host.Peers.Forget("IJobGrain.DependencyNews");
        _it.Host.Crash();
        _it.Host.Do(() => _it.Job("j-1").Settle());
        _it.Host.Wait(1);
        Assert.Contains("Enqueue j-2/1", _it.Pool);
    }

    [Fact]
    public void Two_jobs_that_wait_for_each_others_answers_do_not_block_each_other()
    {
        // The one ends while the other asks it: neither may wait in its turn for the other's.
        _it.Submit("j-1");
        _it.Run("j-1");
        for (var i = 2; i < 30; i++)
        {
            _it.Submit($"j-{i}", After("j-1"));
        }

        _it.Host.Do(() => Task.WhenAll(
            _it.Job("j-1").Report(new Grains.Jobs.AttemptReport { Attempt = 1, AllStarted = true, AllSucceeded = true, Gone = true }),
            _it.Job("j-1").Watch(new TenantId("red"), new JobDependency(new JobId("j-30"), DependencyCondition.Ended))));
        _it.Host.Wait(1);
        Assert.Equal(29, _it.Pool.Count(c => c.StartsWith("Enqueue", StringComparison.Ordinal)));
    }
}
