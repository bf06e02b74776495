using Grains.Clusters;
using Grains.Jobs;
using Grains.Pools;
using Grains.Racks;
using Grains.Tests.Support;
using Scheduling.Model;

namespace Grains.Tests.Pools;

/// <summary>Who runs workers hears with the placement which nodes they are for, as long as the pool that placed them lives.</summary>
public sealed class AssignmentNodesTests : IDisposable
{
    private static readonly Caller Admin = new() { Tenant = null, User = "root", Roles = CallerRoles.Admin };
    private readonly GrainHost _host = new(withPools: true);

    public AssignmentNodesTests()
    {
        _host.Do(() => _host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(new PoolId("p")));
        foreach (var rack in new[] { "r0", "r1" })
        {
            var nodes = Enumerable.Range(0, 2).Select(n => new NodeSpec { Name = new NodeId($"{rack}-n{n}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = 8, GpuModel = "A" });
            _host.Do(() => _host.Grain<IRackGrain>($"p/{rack}").Offer(new RackSpec { Rack = new RackId($"p/{rack}"), Block = "b", Nodes = [.. nodes] }));
        }
    }

    private IPoolGrain Pool => _host.Grain<IPoolGrain>("p");

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_gang_over_several_racks_has_the_node_of_every_rank()
    {
        var assignment = Placed("gang", workers: 3);
        Assert.Equal(3, assignment.Nodes.Distinct().Count());
        foreach (var slice in assignment.Placement.Racks)
        {
            var shown = _host.Ask(() => _host.Grain<IRackGrain>(slice.Rack.Value).WorkersOf(assignment.Attempt))!;
            Assert.Equal(shown.Nodes, shown.Workers.Select(w => assignment.Nodes[w.Rank]));
        }
    }

    [Fact]
    public void After_a_crash_the_pool_does_not_say_what_it_has_not_heard()
    {
        Assert.Single(Placed("one", workers: 1).Nodes);
        _host.Crash();
        Assert.Empty(Listed("one").Nodes);
    }

    private Assignment Placed(string id, int workers)
    {
        var spec = new JobSpec
        {
            Name = id, Tenant = new TenantId("t"), User = "u", Quota = new QuotaPath("c/t"), Pool = new PoolId("p"),
            Roles = [new RoleSpec { Name = "worker", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 8 } }],
        };
        Assert.True(_host.Ask(() => _host.Grain<IJobGrain>(id).Submit(new SubmitJob { Caller = Admin, Spec = spec, BodyHash = id })).Answer.IsDone);
        _host.Wait(1);
        return Listed(id);
    }

    private Assignment Listed(string id) => Assert.Single(_host.Ask(() => Pool.ListAssignments(null, 100)).Items, a => a.Attempt.Job.Value == id);
}
