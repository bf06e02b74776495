using Grains.Jobs;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Cluster.Tests;

public sealed class ThreeSiloTests
{
    [Fact]
    public async Task Jobs_are_placed_run_and_freed_over_three_silos()
    {
        await using var cluster = await SchedulerCluster.StartAsync();
        var jobs = Names(20);
        foreach (var id in jobs)
        {
            await cluster.Submit(id, gpus: 8);
        }

        await cluster.UntilPoolHas(running: 16, pending: 4);
        Assert.Empty(await AtRest.Check(cluster, jobs));
        Assert.InRange((await SilosOf(cluster, jobs)).Count, 2, 3);

        var first = await InPhase(cluster, jobs, JobPhase.Starting);
        await Report(cluster, first, started: true);
        Assert.Equal(first, await InPhase(cluster, jobs, JobPhase.Running));

        // What ends makes room for those that wait.
        await Report(cluster, first, started: true, over: true);
        await cluster.UntilPoolHas(running: 4, pending: 0);
        await Report(cluster, await InPhase(cluster, jobs, JobPhase.Starting), started: true, over: true);
        await cluster.UntilPoolHas(running: 0, pending: 0);
        Assert.Equal(jobs, await InPhase(cluster, jobs, JobPhase.Succeeded));
        Assert.Empty(await AtRest.Check(cluster, jobs));
        Assert.All(await cluster.RackViews(), rack => Assert.Empty(rack.Allocations));
    }

    [Fact]
    public Task No_job_is_lost_when_the_pools_own_silo_dies_in_a_burst() => Burst(cluster => cluster.Whereabouts(cluster.PoolGrain));

    [Fact]
    public Task No_job_is_lost_when_a_silo_of_jobs_and_racks_dies_in_a_burst() => Burst(async cluster =>
    {
        var pool = await cluster.Whereabouts(cluster.PoolGrain);
        return (await SilosOf(cluster, Names(30))).First(s => !s.Equals(pool));
    });

    /// <summary>A hundred jobs of two GPUs at once where 64 of them fit; a silo dies under them.</summary>
    private static async Task Burst(Func<SchedulerCluster, Task<SiloAddress?>> victim)
    {
        await using var cluster = await SchedulerCluster.StartAsync();
        var jobs = Names(100);
        await Task.WhenAll(jobs.Take(30).Select(id => cluster.Submit(id, gpus: 2)));
        var silo = Assert.IsType<SiloAddress>(await victim(cluster));

        var rest = Task.WhenAll(jobs.Skip(30).Select(id => cluster.Submit(id, gpus: 2)));
        await cluster.Kill(silo);
        await rest;
        Assert.Equal(2, cluster.Silos);
        Assert.DoesNotContain(silo, await SilosOf(cluster, jobs));

        await cluster.UntilPoolHas(running: SchedulerCluster.Gpus / 2, pending: 100 - (SchedulerCluster.Gpus / 2));
        Assert.Equal(SchedulerCluster.Gpus / 2, (await InPhase(cluster, jobs, JobPhase.Starting)).Count);
        Assert.Equal(100 - (SchedulerCluster.Gpus / 2), (await InPhase(cluster, jobs, JobPhase.Pending)).Count);
        Assert.Empty(await AtRest.Check(cluster, jobs));
    }

    private static IReadOnlyList<JobId> Names(int count) => [.. Enumerable.Range(0, count).Select(i => new JobId($"j-{i:000}"))];

    private static async Task<HashSet<SiloAddress>> SilosOf(SchedulerCluster cluster, IEnumerable<JobId> jobs)
    {
        HashSet<SiloAddress> silos = [];
        foreach (var id in jobs)
        {
            if (await cluster.Whereabouts(cluster.Job(id)) is { } silo)
            {
                silos.Add(silo);
            }
        }

        return silos;
    }

    private static async Task<IReadOnlyList<JobId>> InPhase(SchedulerCluster cluster, IEnumerable<JobId> jobs, JobPhase phase)
    {
        List<JobId> found = [];
        foreach (var id in jobs)
        {
            if ((await cluster.View(id)).Phase == phase)
            {
                found.Add(id);
            }
        }

        return found;
    }

    private static async Task Report(SchedulerCluster cluster, IEnumerable<JobId> jobs, bool started, bool over = false)
    {
        foreach (var id in jobs)
        {
            var attempt = (await cluster.View(id)).Attempt;
            var answer = await cluster.Job(id).Report(new AttemptReport { Attempt = attempt, AllStarted = started, AllSucceeded = over, Gone = over });
            Assert.True(answer.IsDone, answer.ToString());
        }
    }
}
