using Grains.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Cluster.Tests;

/// <summary>Job, pool and job again: the handshake of an eviction goes over silos, and one of them dies in the middle of it.</summary>
public sealed class PreemptionTests
{
    private static readonly CheckpointRule Checkpoint = new() { Grace = TimeSpan.FromSeconds(100) };

    [Fact]
    public Task A_victim_saves_its_work_and_makes_room_though_the_pools_silo_dies_meanwhile() => Preempt((cluster, _) => cluster.Whereabouts(cluster.PoolGrain));

    [Fact]
    public Task A_victim_saves_its_work_and_makes_room_though_its_own_silo_dies_meanwhile() => Preempt((cluster, victim) => cluster.Whereabouts(cluster.Job(victim)));

    /// <summary>Sixteen jobs fill the pool; one comes that goes before them.</summary>
    private static async Task Preempt(Func<SchedulerCluster, JobId, Task<SiloAddress?>> dies)
    {
        await using var cluster = await SchedulerCluster.StartAsync();
        JobId[] low = [.. Enumerable.Range(0, 16).Select(i => new JobId($"low-{i:00}"))];
        await Task.WhenAll(low.Select(id => cluster.Submit(id, gpus: 8, checkpoint: Checkpoint)));
        await cluster.UntilPoolHas(running: 16, pending: 0);
        foreach (var id in low)
        {
            Assert.True((await cluster.Job(id).Report(new AttemptReport { Attempt = 1, AllStarted = true })).IsDone);
        }

        var high = new JobId("high");
        await cluster.Submit(high, gpus: 8, priority: 100);
        JobView? victim = null;
        await SchedulerCluster.Until(async () => (victim = await Asked(cluster, low)) is not null, () => "somebody is asked to make room");
        Assert.Equal((JobPhase.Running, high), (victim!.Phase, victim.Preemption!.Preemptor.Job));

        await cluster.Kill(Assert.IsType<SiloAddress>(await dies(cluster, victim.Id)));
        await cluster.UntilAnswered(() => cluster.Job(victim.Id).Report(new AttemptReport { Attempt = 1, AllStarted = true, CheckpointedAt = DateTimeOffset.UtcNow }));
        var saved = await cluster.View(victim.Id);
        Assert.Equal(JobPhase.Stopping, saved.Phase);
        Assert.NotNull(saved.LastCheckpointAt);
        await cluster.UntilAnswered(() => cluster.Job(victim.Id).Report(new AttemptReport { Attempt = 1, Gone = true }));

        await cluster.UntilPoolHas(running: 16, pending: 1);
        var (started, back) = (await cluster.View(high), await cluster.View(victim.Id));
        Assert.Equal(JobPhase.Starting, started.Phase);
        Assert.Equal((JobPhase.Pending, 2, victim.SubmittedAt, 1), (back.Phase, back.Attempt, back.SubmittedAt, back.Evictions));
        Assert.Empty(await AtRest.Check(cluster, [.. low, high]));
        Assert.Null(await Asked(cluster, low));
    }

    private static async Task<JobView?> Asked(SchedulerCluster cluster, IEnumerable<JobId> jobs)
    {
        foreach (var id in jobs)
        {
            if (await cluster.View(id) is { Preemption: not null } asked)
            {
                return asked;
            }
        }

        return null;
    }
}
