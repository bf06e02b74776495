using System.Collections.Immutable;
using Grains.Clusters;
using Grains.Jobs;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Tests.Support;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Quotas;
using Scheduling.Scaling;

namespace Grains.Tests.Pools;

/// <summary>Machines that were bought for a gang stay its own through crashes of the pool, until it starts.</summary>
public sealed class EarmarkTests : IDisposable
{
    private static readonly Caller Admin = new() { Tenant = null, User = "root", Roles = CallerRoles.Admin };
    private readonly GrainHost _host = new(withPools: true);

    public void Dispose() => _host.Dispose();

    private IPoolGrain Pool => _host.Grain<IPoolGrain>("p");

    [Fact]
    public void They_are_kept_through_crashes_while_others_would_like_them_and_are_told_to_whoever_buys_machines()
    {
        _host.Do(() => _host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(new PoolId("p")));
        _host.Do(() => Pool.GetView());
        Submit("gang", 3);
        _host.Wait(2);
        Assert.Equal("gang", Demand().Gangs.Single().Attempt.Job.Value);
        var mark = new MachineEarmark { For = new AttemptId(new JobId("gang"), 1), Nodes = [new("m1"), new("m2"), new("m3")], Until = _host.Now.AddMinutes(30) };
        _host.Do(() => Pool.SetEarmarks([mark], []));
        _host.Crash();

        Offer("m1", "m2");
        Submit("small", 1, priority: 900);
        _host.Wait(30);
        Assert.Equal([mark], Demand().Earmarks);
        Assert.Equal(["small", "gang"], Demand().Gangs.Select(g => g.Attempt.Job.Value));
        Assert.Equal(0b11UL, Demand().Racks.Single().Idle);
        Assert.Equal(JobPhase.Pending, Phase("small"));

        _host.Crash();
        Offer("m1", "m2", "m3");
        _host.Wait(30);
        Assert.True(Phase("gang").HoldsResources());
        Assert.Empty(Demand().Earmarks);
        Assert.Equal(JobPhase.Pending, Phase("small"));
        Assert.Empty(_host.Ask(() => Pool.Audit()).Failures);
    }

    [Fact]
    public void Nobody_waits_for_ever_behind_machines_that_are_kept_for_a_gang_that_does_not_start()
    {
        _host.Do(() => _host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(new PoolId("p")));
        _host.Do(() => Pool.GetView());
        Submit("gang", 3);
        _host.Wait(2);
        _host.Do(() => Pool.SetEarmarks([new MachineEarmark { For = new AttemptId(new JobId("gang"), 1), Nodes = [new("m1")], Until = _host.Now.AddMinutes(10) }], []));
        Offer("m1");
        Submit("small", 1);
        _host.Wait(300);
        Assert.Equal(JobPhase.Pending, Phase("small"));
        _host.Wait(400);
        Assert.True(Phase("small").HoldsResources());
    }

    [Fact]
    public void A_planner_that_does_not_know_what_another_has_kept_since_sets_nothing()
    {
        _host.Do(() => _host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(new PoolId("p")));
        _host.Do(() => Pool.GetView());
        Submit("gang", 3);
        Submit("other", 3);
        _host.Wait(2);
        var mark = new MachineEarmark { For = new AttemptId(new JobId("gang"), 1), Nodes = [new("m1")], Until = _host.Now.AddMinutes(30) };
        var late = mark with { For = new AttemptId(new JobId("other"), 1), Nodes = [new("m2")] };
        Assert.True(_host.Ask(() => Pool.SetEarmarks([mark], [])));
        Assert.True(_host.Ask(() => Pool.SetEarmarks([mark], [])));
        Assert.False(_host.Ask(() => Pool.SetEarmarks([late], [])));
        _host.Crash();
        Assert.False(_host.Ask(() => Pool.SetEarmarks([late], [])));
        Assert.Equal([mark], Demand().Earmarks);

        // What it knows of and is over by now does not matter.
        Assert.True(_host.Ask(() => Pool.SetEarmarks([late], [mark, late with { Nodes = [new("m3")] }])));
        Assert.Equal([mark, late], Demand().Earmarks);
    }

    [Fact]
    public void A_gang_that_quota_no_longer_admits_is_told_so_with_its_machines_and_nobody_is_told_of_it_once_quota_has_room()
    {
        var limit = new QuotaSpec { Limit = [new ResourceAmount(ResourceNames.Gpu, 24_000)] };
        var set = _host.Ask(() => _host.Grain<IQuotaGrain>("c").SetQuota(Admin, new QuotaPath("c"), limit, 0));
        Assert.True(set.IsDone);
        _host.Do(() => _host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(new PoolId("p")));
        _host.Do(() => Pool.GetView());
        Submit("gang", 3);
        _host.Wait(2);
        var gang = Demand().Gangs.Single().Attempt;
        Assert.True(_host.Ask(() => Pool.SetEarmarks([new MachineEarmark { For = gang, Nodes = [new("m1"), new("m2"), new("m3")], Until = _host.Now.AddMinutes(30) }], [])));
        Assert.Empty(Demand().NoLongerAdmitted);

        Offer("n1");
        Submit("small", 1, priority: 900);
        _host.Wait(5);
        Assert.True(Phase("small").HoldsResources());
        Assert.Equal((0, gang), (Demand().Gangs.Length, Demand().NoLongerAdmitted.Single()));

        var more = limit with { Limit = [new ResourceAmount(ResourceNames.Gpu, 32_000)] };
        Assert.True(_host.Ask(() => _host.Grain<IQuotaGrain>("c").SetQuota(Admin, new QuotaPath("c"), more, set.Version)).IsDone);
        Assert.Empty(Demand().NoLongerAdmitted);
    }

    [Fact]
    public void No_machine_is_wanted_for_whom_quota_has_no_room_once_a_gang_has_come_for_which_others_are_leaving()
    {
        Assert.True(_host.Ask(() => _host.Grain<IQuotaGrain>("c").SetQuota(Admin, new QuotaPath("c"), new QuotaSpec { Limit = [new ResourceAmount(ResourceNames.Gpu, 24_000)] }, 0)).IsDone);
        Offer("n1", "n2");
        Submit("low", 1);
        _host.Wait(3600);
        Assert.True(Phase("low").HoldsResources());

        // Beside what runs quota has room for the small one, and not for both while the low one saves its work.
        Submit("urgent", 2, priority: 900);
        _host.Wait(5);
        Submit("small", 1);
        _host.Wait(5);
        var demand = Demand();
        Assert.Equal((0, 1), (demand.Gangs.Length, demand.RefusedByQuota));
        Assert.Equal(JobPhase.Pending, Phase("urgent"));
        Assert.Equal(0UL, demand.Racks.Single().Idle);
    }

    private ScaleDemand Demand() => _host.Ask(() => Pool.GetDemand(-1, TimeSpan.Zero))!;

    private JobPhase Phase(string job) => _host.Ask(() => _host.Grain<IJobGrain>(job).Get(Admin))!.Phase;

    private void Offer(params string[] nodes) => _host.Do(() => _host.Grain<IRackGrain>("p/r").Offer(new RackSpec
    {
        Rack = new RackId("p/r"), Block = "b", Nodes = [.. nodes.Select(n => new NodeSpec { Name = new NodeId(n), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = 8, GpuModel = "A" })],
    }));

    private void Submit(string job, int workers, int priority = 0)
    {
        var spec = new JobSpec
        {
            Name = job, Tenant = new TenantId("t"), User = "u", Quota = new QuotaPath("c/t"), Pool = new PoolId("p"), Priority = priority,
            Roles = [new RoleSpec { Name = "worker", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 8 } }],
        };
        Assert.True(_host.Ask(() => _host.Grain<IJobGrain>(job).Submit(new SubmitJob { Caller = Admin, Spec = spec, BodyHash = job })).Answer.IsDone);
    }
}
