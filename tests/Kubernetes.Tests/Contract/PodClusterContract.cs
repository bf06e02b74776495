using Gateway.Kubernetes;
using Scheduling.Model;

namespace KubeTests.Contract;

/// <summary>What everybody relies on who has pods in a cluster: the simulation's model must behave as the real client does with a real API server.</summary>
public abstract class PodClusterContract
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);
    private static readonly DateTimeOffset By = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);

    private protected abstract Task<IPodClusterWorld> Begin();

    [Fact]
    public async Task A_pod_is_made_once_bound_nowhere_and_says_which_worker_it_is()
    {
        await using var world = await Begin();
        var made = await Make(world, "a", rank: 3, epoch: 5);

        Assert.Equal((new AttemptId(world.Job("a"), 1), 3, 0), (made.Attempt, made.Rank, made.Incarnation));
        Assert.Equal((world.Node(0), 5L, null, PodPhase.Waiting, false), (made.PlannedNode, made.Epoch, made.Node, made.Phase, made.IsLeaving));
        Assert.IsType<ClusterAnswer<PodView>.Conflict>(await world.Do(c => c.Create(Order(world, "a", 1, 3, 6), default)));
        Assert.Equal(made, Assert.Single(await Latest(world, "a")));
    }

    [Fact]
    public async Task A_list_has_the_pods_of_all_attempts_of_the_job_and_of_no_other()
    {
        await using var world = await Begin();
        await Make(world, "a", rank: 0, attempt: 1);
        await Make(world, "a", rank: 1, attempt: 2);
        await Make(world, "b", rank: 0);

        Assert.Equal([(1, 0), (2, 1)], (await Latest(world, "a")).Select(p => (p.Attempt.Number, p.Rank)).Order());
        Assert.Empty(await Latest(world, "c"));
    }

    [Fact]
    public async Task A_bound_pod_stays_where_it_is_and_carries_the_epoch_it_was_bound_under()
    {
        await using var world = await Begin();
        var pod = await Make(world, "a", epoch: 5);

        var bound = await Done(world, c => c.Bind(pod.Ref, world.Node(0), 7, default));
        Assert.Equal((pod.Uid, world.Node(0), 7L), (bound.Uid, bound.Node, bound.Epoch));
        Assert.IsType<ClusterAnswer<PodView>.Conflict>(await world.Do(c => c.Bind(pod.Ref, world.Node(1), 8, default)));

        var after = Assert.Single(await Latest(world, "a"));
        Assert.Equal((pod.Uid, world.Node(0), 7L), (after.Uid, after.Node, after.Epoch));
    }

    [Fact]
    public async Task A_pod_that_was_made_again_is_not_bound_for_the_one_before()
    {
        await using var world = await Begin();
        var first = await Make(world, "a");
        await Done(world, c => c.Delete(first.Ref, TimeSpan.Zero, 5, default));
        var second = await Make(world, "a");

        Assert.NotEqual(first.Uid, second.Uid);
        Assert.False(await world.Do(c => c.Bind(first.Ref, world.Node(0), 5, default)) is ClusterAnswer<PodView>.Done);
    }

    [Fact]
    public async Task A_pod_is_asked_to_save_its_work_and_that_is_taken_back()
    {
        await using var world = await Begin();
        var pod = await Make(world, "a", epoch: 5);

        var asked = await Done(world, c => c.Mark(pod.Ref, By, 6, default));
        Assert.Equal((By, 6L), (asked.CheckpointBy, asked.Epoch));
        Assert.NotEqual(pod.Version, asked.Version);
        var spared = await Done(world, c => c.Mark(asked.Ref, null, 7, default));
        Assert.Equal((null, 7L), (spared.CheckpointBy, spared.Epoch));
    }

    [Fact]
    public async Task What_was_changed_since_it_was_read_is_a_conflict_and_is_left_alone()
    {
        await using var world = await Begin();
        var read = await Make(world, "a", epoch: 5);
        var now = await Done(world, c => c.Mark(read.Ref, By, 6, default));

        Assert.IsType<ClusterAnswer<PodView>.Conflict>(await world.Do(c => c.Mark(read.Ref, null, 5, default)));
        Assert.IsType<ClusterAnswer<PodView>.Conflict>(await world.Do(c => c.Delete(read.Ref, Grace, 5, default)));
        Assert.Equal(now, Assert.Single(await Latest(world, "a")));
    }

    [Fact]
    public async Task A_pod_that_runs_nowhere_is_deleted_at_once_and_then_there_is_none()
    {
        await using var world = await Begin();
        var pod = await Make(world, "a");

        await Done(world, c => c.Delete(pod.Ref, Grace, 5, default));

        Assert.Empty(await Latest(world, "a"));
        Assert.IsType<ClusterAnswer<PodView>.NotFound>(await world.Do(c => c.Delete(pod.Ref, Grace, 5, default)));
        Assert.IsType<ClusterAnswer<PodView>.NotFound>(await world.Do(c => c.Mark(pod.Ref, By, 5, default)));
        Assert.IsType<ClusterAnswer<PodView>.NotFound>(await world.Do(c => c.Bind(pod.Ref, world.Node(0), 5, default)));
    }

    [Fact]
    public async Task A_bound_pod_that_is_deleted_is_leaving_until_its_machine_has_stopped_it()
    {
        await using var world = await Begin();
        var pod = await Make(world, "a");
        await Done(world, c => c.Bind(pod.Ref, world.Node(0), 5, default));
        var bound = Assert.Single(await Latest(world, "a"));

        var leaving = await Done(world, c => c.Delete(bound.Ref, Grace, 6, default));

        Assert.True(leaving.IsLeaving);
        Assert.True((await Latest(world, "a")).All(p => p.IsLeaving && p.Epoch is 5 or 6));
    }

    [Fact]
    public async Task News_tell_whose_pods_changed_after_the_list()
    {
        await using var world = await Begin();
        await Make(world, "a");
        var listed = await Page(world, c => c.ListAll(null, default));

        await Make(world, "b");
        var (version, told) = (listed.Version, new HashSet<AttemptId>());
        while (!told.Contains(new AttemptId(world.Job("b"), 1)))
        {
            var from = version;
            var answer = await world.Do(c => c.Watch(from, default));
            var news = Assert.IsType<ClusterAnswer<PodNews>.Done>(answer).Value;
            told.UnionWith(news.Changed);
            version = news.Version;
        }

        var cached = await Page(world, c => c.List(world.Job("b"), PodRead.Cached, default));
        Assert.Equal(new AttemptId(world.Job("b"), 1), Assert.Single(cached.Pods).Attempt);
    }

    private static PodOrder Order(IPodClusterWorld world, string job, int attempt, int rank, long epoch) => new()
    {
        Name = PodNames.Of(new AttemptId(world.Job(job), attempt), rank),
        Attempt = new AttemptId(world.Job(job), attempt),
        Worker = new WorkerSlot(0, rank, 0, 1, WorkerShape.WholeGpu),
        Spec = null!,
        PlannedNode = world.Node(0),
        Epoch = epoch,
    };

    private static Task<PodView> Make(IPodClusterWorld world, string job, int rank = 0, int attempt = 1, long epoch = 5) =>
        Done(world, c => c.Create(Order(world, job, attempt, rank, epoch), default));

    private static async Task<PodView> Done(IPodClusterWorld world, Func<IPodCluster, Task<ClusterAnswer<PodView>>> call)
    {
        var answer = await world.Do(call);
        Assert.True(answer is ClusterAnswer<PodView>.Done, answer.ToString());
        return ((ClusterAnswer<PodView>.Done)answer).Value;
    }

    private static async Task<IReadOnlyList<PodView>> Latest(IPodClusterWorld world, string job) => (await Page(world, c => c.List(world.Job(job), PodRead.Latest, default))).Pods;

    private static async Task<PodPage> Page(IPodClusterWorld world, Func<IPodCluster, Task<ClusterAnswer<PodPage>>> call)
    {
        var answer = await world.Do(call);
        Assert.True(answer is ClusterAnswer<PodPage>.Done, answer.ToString());
        return ((ClusterAnswer<PodPage>.Done)answer).Value;
    }
}
