using Scheduling.Audit;
using Scheduling.Model;
using static Scheduling.Tests.Racks.Given;

namespace Scheduling.Tests.Racks;

/// <summary>Extended resources in the ledger: counted by name as CPU and memory are (I1).</summary>
public sealed class ExtendedRackTests
{
    private static readonly WorkerShape OneHca = Shape(0) with { Extended = [new("rdma/hca", 1)] };

    [Fact]
    public void No_more_of_a_resource_is_held_than_the_node_offers()
    {
        var rack = RackOf(Node("n0") with { Extended = [new("ephemeral-storage", 1000), new("rdma/hca", 2)] });
        Assert.Null(rack.Hold(Hold("a", 1, OneHca, Worker(0, 0), Worker(0, 0, rank: 1))));
        Assert.Contains("n0 has 0 rdma/hca left, 1 asked", rack.Hold(Hold("b", 2, OneHca, Worker(0, 0))), StringComparison.Ordinal);
        Assert.Null(rack.Release(Plan("a", 1)));
        Assert.Null(rack.Hold(Hold("b", 3, OneHca, Worker(0, 0))));
    }

    [Fact]
    public void A_worker_that_asks_for_what_the_node_does_not_offer_is_refused()
    {
        var rack = RackOf(Node("n0"));
        var disk = Shape(0) with { Extended = [new("ephemeral-storage", 1)] };
        Assert.Contains("n0 has 0 MiB of ephemeral-storage left, 1 asked", rack.Hold(Hold("a", 1, disk, Worker(0, 0))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_offers_less_than_is_held_takes_nothing_new_until_that_ends()
    {
        var rack = RackOf(Node("n0") with { Extended = [new("rdma/hca", 2)] });
        Assert.Null(rack.Hold(Hold("a", 1, OneHca, Worker(0, 0), Worker(0, 0, rank: 1))));
        Assert.Null(rack.Offer(Node("n0") with { Extended = [new("rdma/hca", 1)] }));
        Assert.Equal(0UL, rack.Schedulable);
        Assert.Contains("2 of 1 rdma/hca", rack.Hold(Hold("b", 2, Shape(0), Worker(0, 0))), StringComparison.Ordinal);
        Assert.Single(RackAudit.Check(rack.View()).Broken);
        Assert.Null(rack.Release(Plan("a", 1)));
        Assert.Equal(1UL, rack.Schedulable);
        Assert.Empty(RackAudit.Check(rack.View()).Broken);
    }

    [Fact]
    public void The_audit_finds_what_is_held_of_a_resource_that_is_gone()
    {
        var rack = RackOf(Node("n0") with { Extended = [new("rdma/hca", 2)] });
        Assert.Null(rack.Hold(Hold("a", 1, OneHca, Worker(0, 0))));
        Assert.Empty(RackAudit.Check(rack.View()).Broken);
        Assert.Null(rack.Offer(Node("n0")));
        Assert.StartsWith("I1: node n0", Assert.Single(RackAudit.Check(rack.View()).Broken), StringComparison.Ordinal);
    }

    [Fact]
    public void A_restored_ledger_counts_what_the_old_one_did()
    {
        var rack = RackOf(Node("n0") with { Extended = [new("rdma/hca", 1)] });
        Assert.Null(rack.Hold(Hold("a", 1, OneHca, Worker(0, 0))));
        var restored = Scheduling.Racks.RackLedger.Restore(rack.Snapshot());
        restored.CheckInvariants();
        Assert.NotNull(restored.Hold(Hold("b", 2, OneHca, Worker(0, 0))));
    }

    [Theory]
    [InlineData("rdma/hca", 0, "rdma/hca")]
    [InlineData("rdma/hca", -1, "rdma/hca")]
    [InlineData("", 1, "without a name")]
    public void A_node_or_a_worker_that_states_nonsense_is_refused(string name, long count, string why)
    {
        var rack = RackOf(Node("n0") with { Extended = [new("rdma/hca", 1)] });
        Assert.Contains(why, rack.Offer(Node("n0") with { Extended = [new(name, count)] }), StringComparison.Ordinal);
        Assert.Contains(why, rack.Hold(Hold("a", 1, Shape(0) with { Extended = [new(name, count)] }, Worker(0, 0))), StringComparison.Ordinal);
    }

    [Fact]
    public void Lists_are_bounded_and_by_name()
    {
        Assert.Null(ExtendedResources.Refuses([.. Many(16)], 16));
        Assert.Contains("17 extended resources; 16 can be", ExtendedResources.Refuses([.. Many(17)], 16), StringComparison.Ordinal);
        Assert.Contains("a/x after b/x", ExtendedResources.Refuses([new("b/x", 1), new("a/x", 1)], 16), StringComparison.Ordinal);
        Assert.Contains("each once", ExtendedResources.Refuses([new("a/x", 1), new("a/x", 1)], 16), StringComparison.Ordinal);
        Assert.NotNull(ExtendedResources.Refuses([new(new string('x', 318), 1)], 16));
        Assert.NotNull(ExtendedResources.Refuses([new("a/x", ExtendedResources.MaxCount + 1)], 16));
        Assert.Equal([new ExtendedAmount("a/x", 2), new("b/x", 1)], ExtendedResources.Sorted([new("b/x", 1), new("c/x", 0), new("a/x", 2)]));
        Assert.True(ExtendedResources.IsInMiB("hugepages-2Mi") && ExtendedResources.IsInMiB("ephemeral-storage") && !ExtendedResources.IsInMiB("rdma/hca"));

        static IEnumerable<ExtendedAmount> Many(int count) => Enumerable.Range(0, count).Select(i => new ExtendedAmount($"x/{i:D3}", 1));
    }
}
