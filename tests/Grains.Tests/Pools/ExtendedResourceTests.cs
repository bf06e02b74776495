using Grains.Clusters;
using Grains.Jobs;
using Grains.Pools;
using Grains.Racks;
using Grains.Tests.Support;
using Scheduling.Explain;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Grains.Tests.Pools;

/// <summary>Pool, racks and jobs together: what is asked for by name is held, committed, freed, and told of.</summary>
public sealed class ExtendedResourceTests : IDisposable
{
    private static readonly Caller Admin = new() { Tenant = null, User = "root", Roles = CallerRoles.Admin };
    private readonly GrainHost _host = new(withPools: true);

    public ExtendedResourceTests()
    {
        var nodes = Enumerable.Range(0, 2).Select(n => new NodeSpec
        {
            Name = new NodeId($"n{n}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = 8, GpuModel = "A", Extended = [new ExtendedAmount("ephemeral-storage", 1000), new("rdma/hca", 2)],
        });
        _host.Do(() => _host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(new PoolId("p")));
        _host.Do(() => _host.Grain<IRackGrain>("p/r").Offer(new RackSpec { Rack = new RackId("p/r"), Block = "b", Nodes = [.. nodes] }));
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Two_jobs_that_do_not_fit_one_node_together_get_two_and_a_third_waits_until_one_ends()
    {
        foreach (var id in (string[])["a", "b", "c"])
            Submit(id, new ExtendedAmount("rdma/hca", 2));
        _host.Wait(5);
        Assert.NotEqual(SlotOf("a"), SlotOf("b"));
        Assert.Null(View("c").Placement);
        var why = _host.Ask(() => _host.Grain<IPoolGrain>("p").Explain(Admin, new JobId("c")))!;
        Assert.Equal((PendingReason.Resources, new FilteredNodeCount("rdma/hca", 2)), (why.Reason, why.Filtered.Single()));
        Assert.Contains("2 have too little rdma/hca", why.Message, StringComparison.Ordinal);

        Assert.True(_host.Ask(() => _host.Grain<IJobGrain>("a").Cancel(Admin, "enough")).IsDone);
        _host.Do(() => _host.Grain<IJobGrain>("a").Report(new AttemptReport { Attempt = 1, Gone = true }));
        _host.Wait(5);
        Assert.NotNull(View("c").Placement);
        Assert.Equal(2, _host.Ask(() => _host.Grain<IRackGrain>("p/r").GetView())!.Allocations.Length);
    }

    [Fact]
    public void A_job_that_asks_for_more_than_any_node_has_never_fits_and_is_told_by_name()
    {
        Submit("huge", new ExtendedAmount("ephemeral-storage", 1001));
        _host.Wait(5);
        var why = _host.Ask(() => _host.Grain<IPoolGrain>("p").Explain(Admin, new JobId("huge")))!;
        Assert.Equal(PendingReason.NeverFits, why.Reason);
        Assert.Contains("no node offers more than 1000 MiB of ephemeral-storage", why.Message, StringComparison.Ordinal);
    }

    private void Submit(string id, params ExtendedAmount[] extended)
    {
        var spec = new JobSpec
        {
            Name = id, Tenant = new TenantId("t"), User = "u", Quota = new QuotaPath("c/t"), Pool = new PoolId("p"),
            Roles = [new RoleSpec { Name = "worker", Count = 1, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 1, Extended = [.. extended] } }],
        };
        Assert.True(_host.Ask(() => _host.Grain<IJobGrain>(id).Submit(new SubmitJob { Caller = Admin, Spec = spec, BodyHash = id })).Answer.IsDone);
        _host.Wait(1);
    }

    private JobView View(string id) => _host.Ask(() => _host.Grain<IJobGrain>(id).Get(Admin))!;

    private int SlotOf(string id) => View(id).Placement!.Racks.Single().Workers.Single().Slot;
}
