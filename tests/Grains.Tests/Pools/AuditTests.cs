using Grains.Clusters;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Tests.Support;
using Scheduling.Audit;
using Scheduling.Model;
using Scheduling.Nodes;
using Scheduling.Quotas;

namespace Grains.Tests.Pools;

/// <summary>The online checker over real grains: what it finds, when that counts, and what it mends.</summary>
public sealed class AuditTests : IDisposable
{
    private static readonly Caller Admin = new() { Tenant = null, User = "root", Roles = CallerRoles.Admin };
    private readonly GrainHost _host = new(withPools: true);

    public AuditTests()
    {
        _host.Do(() => _host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(new PoolId("p")));
        _host.Do(() => _host.Grain<IRackGrain>("p/r").Offer(new RackSpec
        {
            Rack = new RackId("p/r"), Block = "b", Nodes = [new NodeSpec { Name = new NodeId("n"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = 8, GpuModel = "A" }],
        }));
        Assert.True(Submit("a").Answer.IsDone);
        _host.Wait(1);
    }

    private SubmitAnswer Submit(string job)
    {
        var spec = new JobSpec
        {
            Name = job, Tenant = new TenantId("t"), User = "u", Quota = new QuotaPath("c/t"), Pool = new PoolId("p"), Priority = 0,
            Roles = [new RoleSpec { Name = "worker", Count = 1, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 8 } }],
        };
        return _host.Ask(() => _host.Grain<IJobGrain>(job).Submit(new SubmitJob { Caller = Admin, Spec = spec, BodyHash = job }));
    }

    private IQuotaGrain Tree => _host.Grain<IQuotaGrain>("c");

    public void Dispose() => _host.Dispose();

    private PoolAudit Audit() => _host.Ask(() => _host.Grain<IPoolGrain>("p").Audit());

    private static string[] Numbers(PoolAudit audit) => [.. audit.Failures.Select(Finding.NumberOf)];

    [Fact]
    public void A_pool_in_order_has_much_checked_and_nothing_found()
    {
        Audit();
        Assert.Single(_host.Ask(() => Tree.GetCharges()));
        Assert.Empty(Audit().Failures);
        Assert.True(Audit().Checks > 30);
    }

    [Fact]
    public void A_charge_that_nobody_knows_is_a_finding_when_seen_twice_and_is_then_given_back()
    {
        // As the late charge of an activation that was paused while quota forgot that its plan was refunded.
        var stray = new QuotaCharge { Attempt = new AttemptId(new JobId("a"), 7), Plan = 1, Path = new QuotaPath("c/t"), Amounts = [new ResourceAmount("gpu", 8000)] };
        _host.Do(() => Tree.Charge(new ChargeBatch { Pool = new PoolId("p"), KnownVersion = 0, Charges = [stray] }));

        Assert.Empty(Audit().Failures);
        Assert.Equal(2, _host.Ask(() => Tree.GetCharges()).Length);
        Assert.Equal(["I3"], Numbers(Audit()));

        Assert.Equal(new AttemptId(new JobId("a"), 1), Assert.Single(_host.Ask(() => Tree.GetCharges())).Attempt);
    }

    [Fact]
    public void A_charge_that_its_job_has_committed_is_never_given_back()
    {
        var running = Assert.Single(_host.Ask(() => Tree.GetCharges()));
        _host.Peers.On("IQuotaGrain.GetCharges", (_, _) => System.Collections.Immutable.ImmutableArray.Create(running, running with { Attempt = new AttemptId(new JobId("a"), 7) }));
        _host.Peers.On("IJobGrain.Fence", (_, _) => new FenceAnswer { Committed = true });
        Audit();
        Audit();
        _host.Peers.Forget("IQuotaGrain.GetCharges");

        Assert.Single(_host.Ask(() => Tree.GetCharges()));
        Assert.Equal(1, _host.Peers.Count("IJobGrain.Fence"));
    }

    [Fact]
    public void A_job_that_its_pool_has_not_heard_of_counts_only_when_nobody_tells_it_for_half_a_minute()
    {
        // As after a crash between the job's record and its first word to the pool, while the reconciler has not come round yet.
        _host.Peers.On("IPoolGrain.Enqueue", (_, _) => throw new TimeoutException());
        Submit("b");
        Audit();
        _host.Wait(20);
        Assert.Empty(Audit().Failures);

        _host.Wait(11);
        Assert.Equal(["I4"], Numbers(Audit()));
    }

    [Fact]
    public void What_news_may_be_slow_of_counts_only_when_it_stays()
    {
        _host.Peers.On("INodeGrain.GetView", (_, _) => new NodeView
        {
            Spec = new NodeSpec { Name = new NodeId("n"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = 8, GpuModel = "A" },
            Rack = new RackId("p/r"), State = NodeState.Cordoned, Version = 2,
        });
        Audit();
        _host.Wait(20);
        Assert.Empty(Audit().Failures);

        _host.Wait(11);
        Assert.Equal(["I10"], Numbers(Audit()));
    }
}
