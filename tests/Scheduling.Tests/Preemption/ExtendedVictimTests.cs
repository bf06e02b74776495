using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Preemption;
using Scheduling.Tests.Placement;

namespace Scheduling.Tests.Preemption;

/// <summary>Room is made for, and kept for, what is asked for by name.</summary>
public sealed class ExtendedVictimTests
{
    private static readonly WorkerShape One = new() { CpuMilli = 1000, MemoryMiB = 0, Gpus = 0, Extended = [new("rdma/hca", 1)] };

    [Fact]
    public void Only_who_has_the_resource_is_asked_to_leave()
    {
        var crowd = Pool(nodes: 1, hcas: 2);
        Assert.True(crowd.TryAdd("plain", TextPool.Gang(1, One with { Extended = [] })));
        Assert.True(crowd.TryAdd("rdma", TextPool.Gang(1, One with { Extended = [new("rdma/hca", 2)] })));
        Assert.Equal("rdma", crowd.Show(TextPool.Gang(1, One)));
    }

    [Fact]
    public void No_more_leave_than_the_resource_needs()
    {
        var crowd = Pool(nodes: 2, hcas: 4);
        for (var i = 0; i < 8; i++) Assert.True(crowd.TryAdd($"v{i}", TextPool.Gang(1, One)));
        var plan = Assert.IsType<PreemptionAnswer.Evict>(crowd.Find(TextPool.Gang(1, One with { Extended = [new("rdma/hca", 3)] }))).Plan;
        Assert.Equal(3, plan.Victims.Length);
        Assert.Equal("useless", crowd.Show(TextPool.Gang(1, One with { Extended = [new("rdma/hca", 5)] })));
    }

    [Fact]
    public void What_is_free_of_it_is_kept_for_a_claim_and_given_back_with_it()
    {
        var crowd = Pool(nodes: 1, hcas: 4);
        Assert.True(crowd.TryAdd("v", TextPool.Gang(1, One with { Extended = [new("rdma/hca", 3)] })));
        var book = new ClaimBook(crowd.Index);
        var all = TextPool.Gang(1, One with { Extended = [new("rdma/hca", 4)] });
        var plan = Assert.IsType<PreemptionAnswer.Evict>(crowd.Find(all)).Plan;
        var attempt = new AttemptId(new JobId("hero"), 1);
        Assert.IsType<ClaimAnswer.Made>(book.Make(new Claim { For = attempt, Target = plan.Target, Roles = all.Roles, Kind = ClaimKind.Evict, StartAt = Crowd.Now }));
        Assert.False(book.IsComplete(attempt));
        Assert.False(crowd.Index.CouldFitNow(TextPool.Gang(1, One)));

        var victim = crowd.Named("v");
        crowd.Index.Release(victim.Placement, victim.Roles);
        foreach (var slice in victim.Placement.Racks) book.OnFreed(slice.Rack);
        Assert.True(book.IsComplete(attempt));
        Assert.Equal(0, crowd.Index.Extended[0].Free);
        book.CheckInvariants();

        Assert.NotNull(book.Drop(attempt));
        Assert.Equal(4, crowd.Index.Extended[0].Free);
    }

    [Fact]
    public void Random_crowds_that_ask_for_such_resources_are_cleared_by_sets_that_suffice()
    {
        var found = 0;
        for (var seed = 0; seed < Ops.Of(40); seed++)
        {
            var random = new Random(seed);
            var extended = new Random(seed);
            var crowd = Crowd.Random(random, victims: 30, extended: extended);
            var request = new RandomPool(random, extended).Request(2);
            if (crowd.Find(request) is not PreemptionAnswer.Evict { Plan: var plan }) continue;
            found++;
            using var trial = crowd.Index.BeginTrial();
            foreach (var victim in crowd.Victims.Where(v => plan.Victims.Contains(v.Attempt) || plan.WaitsFor.Contains(v.Attempt))) trial.Release(victim.Placement, victim.Roles);
            Assert.NotNull(trial.TryPlace(request));
        }

        Assert.True(found > Ops.Of(40) / 8, $"{found} found: the test says little");
    }

    private static Crowd Pool(int nodes, long hcas)
    {
        var crowd = new Crowd(new PlacementIndex());
        crowd.Index.SetRack(new RackView
        {
            Spec = new RackSpec
            {
                Rack = new RackId("pool/r"), Block = "b",
                Nodes = [.. Enumerable.Range(0, nodes).Select(i => new NodeSpec { Name = new NodeId($"n{i}"), CpuMilli = 64_000, MemoryMiB = 64_000, Gpus = 0, GpuModel = "", Extended = [new("rdma/hca", hcas)] })],
            },
            Schedulable = ulong.MaxValue, Allocations = [], Version = 1, Epoch = 1,
        });
        return crowd;
    }
}
