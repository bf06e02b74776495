using Scheduling.Model;
using Scheduling.Racks;
using static Scheduling.Tests.Racks.Given;

namespace Scheduling.Tests.Racks;

/// <summary>Holding: all of an attempt's workers or none, and nothing twice.</summary>
public sealed class RackHoldTests
{
    [Fact]
    public void A_hold_that_fits_is_granted_and_shown()
    {
        var ledger = RackOf(Node("n0"), Node("n1"));

        Assert.Null(ledger.Hold(Hold("a", 1, Shape(8), Worker(0, 0xff), Worker(1, 0xff, rank: 1))));

        var shown = Assert.Single(ledger.View().Allocations);
        Assert.Equal((Attempt("a"), 1L, false, 2), (shown.Attempt, shown.Plan, shown.Committed, shown.Workers.Length));
    }

    [Fact]
    public void A_hold_of_which_one_worker_does_not_fit_takes_nothing()
    {
        var ledger = RackOf(Node("n0"), Node("n1"));
        ledger.Hold(Hold("a", 1, Shape(1), Worker(1, 1)));
        var before = ledger.Text();

        Assert.Contains("n1 GPU 0", ledger.Hold(Hold("b", 2, Shape(8), Worker(0, 0xff), Worker(1, 0xff, rank: 1))));

        Assert.Equal(before, ledger.Text());
    }

    /// <summary>kubernetes-sigs/kueue#11287: two pod sets admitted to a node with room for one.</summary>
    [Fact]
    public void Two_workers_of_one_hold_count_both_against_their_node()
    {
        var ledger = RackOf(Node("n0", cpuMilli: 10_000));

        Assert.Contains("core left", ledger.Hold(Hold("a", 1, Shape(1, cpuMilli: 6_000), Worker(0, 1), Worker(0, 2, rank: 1))));
        Assert.Contains("GPU 0", ledger.Hold(Hold("b", 2, Shape(1), Worker(0, 1), Worker(0, 1, rank: 1))));
    }

    [Theory]
    [InlineData(600, 400, true)]
    [InlineData(600, 401, false)]
    [InlineData(1, 1000, false)]
    [InlineData(1000, 1, false)]
    public void Fractions_share_a_GPU_up_to_a_thousand(int first, int second, bool fits)
    {
        var ledger = RackOf(Node("n0"));
        Assert.Null(ledger.Hold(Hold("a", 1, Shape(1, first), Worker(0, 4, first))));

        Assert.Equal(fits, ledger.Hold(Hold("b", 2, Shape(1, second), Worker(0, 4, second))) is null);
    }

    public static TheoryData<string, RackAllocation> Malformed => new()
    {
        { "no workers", Hold("a", 1, Shape(1)) },
        { "a slot that is not there", Hold("a", 1, Shape(1), Worker(7, 1)) },
        { "a negative slot", Hold("a", 1, Shape(1), Worker(-1, 1)) },
        { "a role without a shape", Hold("a", 1, Shape(1), Worker(0, 1, role: 3)) },
        { "a GPU the node has not", Hold("a", 1, Shape(1), Worker(0, 1UL << 8)) },
        { "fewer GPUs than the shape", Hold("a", 1, Shape(2), Worker(0, 1)) },
        { "another fraction than the shape", Hold("a", 1, Shape(1, 500), Worker(0, 1, 100)) },
        { "a negative amount of CPU", Hold("a", 1, Shape(1, cpuMilli: -1), Worker(0, 1)) },
        { "a negative amount of memory", Hold("a", 1, Shape(1, memoryMiB: -1), Worker(0, 1)) },
        { "no GPU milli at all", Hold("a", 1, Shape(1, 0), Worker(0, 1, 0)) },
        { "more than a whole GPU", Hold("a", 1, Shape(1, 1001), Worker(0, 1, 1001)) },
        { "more CPU than fits a number", Hold("a", 1, Shape(1, cpuMilli: long.MaxValue), Worker(0, 1)) },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_malformed_hold_is_refused_and_changes_nothing(string what, RackAllocation hold)
    {
        var ledger = RackOf(Node("n0"));
        var before = ledger.Text();

        Assert.True(ledger.Hold(hold) is not null, what);
        Assert.Equal(before, ledger.Text());
    }

    [Fact]
    public void Taints_models_and_labels_are_checked_again_at_the_rack()
    {
        var taint = new Label("reserved", "infra");
        var ledger = RackOf(Node("n0", model: "A100"), Node("n1", taints: [taint]));

        Assert.Contains("A100", ledger.Hold(Hold("a", 1, Shape(1) with { GpuModels = ["H100"] }, Worker(0, 1))));
        Assert.Contains("taint", ledger.Hold(Hold("a", 1, Shape(1), Worker(1, 1))));
        Assert.Contains("label", ledger.Hold(Hold("a", 1, Shape(1) with { NodeSelector = [new Label("zone", "1")] }, Worker(0, 1))));
        Assert.Null(ledger.Hold(Hold("a", 1, Shape(1) with { Tolerations = [taint], GpuModels = ["H100"] }, Worker(1, 1))));
    }

    [Fact]
    public void A_dedicated_node_and_parts_of_GPUs_are_checked_again_at_the_rack()
    {
        var taint = new Label("reserved", "infra");
        var acme = new TenantId("acme");
        var ledger = RackOf(Node("n0", taints: [taint]) with { Tenants = [acme] }, Node("n1", gpus: 56, model: "A100-80GB/1g.10gb"));
        var any = Shape(1) with { Tolerations = [taint] };

        Assert.Contains("dedicated to acme, not to nobody", ledger.Hold(Hold("a", 1, any, Worker(0, 1))));
        Assert.Contains("dedicated to acme, not to other", ledger.Hold(Hold("a", 1, any, Worker(0, 1)) with { Tenant = new TenantId("other") }));
        Assert.Null(ledger.Hold(Hold("a", 1, any, Worker(0, 1)) with { Tenant = acme }));
        Assert.Contains("whole ones are asked for", ledger.Hold(Hold("b", 2, any, Worker(1, 1))));
        Assert.Contains("not one of A100-80GB", ledger.Hold(Hold("b", 2, any with { GpuModels = ["A100-80GB"] }, Worker(1, 1))));
        Assert.Null(ledger.Hold(Hold("b", 2, any with { GpuModels = ["A100-80GB/1g.10gb"] }, Worker(1, 1UL << 55))));
    }

    [Fact]
    public void The_same_hold_again_is_granted_and_changes_nothing()
    {
        var ledger = RackOf(Node("n0"));
        var hold = Hold("a", 1, Shape(8), Worker(0, 0xff));
        ledger.Hold(hold);
        var before = ledger.Text();

        Assert.Null(ledger.Hold(hold));
        Assert.Equal(before, ledger.Text());

        ledger.Commit(Plan("a", 1));
        before = ledger.Text();
        Assert.Null(ledger.Hold(hold));
        Assert.Equal(before, ledger.Text());
    }

    [Fact]
    public void The_same_hold_asked_again_later_has_a_longer_lease()
    {
        var ledger = RackOf(Node("n0"));
        var hold = Hold("a", 1, Shape(8), Worker(0, 0xff));
        ledger.Hold(hold);

        Assert.Null(ledger.Hold(hold with { LeaseUntil = Noon.AddMinutes(5) }));
        Assert.Equal(Noon.AddMinutes(5), ledger.NextLeaseEnd());
    }

    [Fact]
    public void A_plan_that_holds_cannot_hold_other_workers_under_the_same_number()
    {
        var ledger = RackOf(Node("n0"), Node("n1"));
        ledger.Hold(Hold("a", 1, Shape(8), Worker(0, 0xff)));

        Assert.Contains("other workers", ledger.Hold(Hold("a", 1, Shape(8), Worker(1, 0xff))));
    }

    /// <summary>kubernetes-sigs/kueue#15579: a replaced slice is counted twice.</summary>
    [Fact]
    public void A_newer_plan_takes_the_place_of_its_attempts_hold_even_on_the_same_GPUs()
    {
        var ledger = RackOf(Node("n0"));
        ledger.Hold(Hold("a", 1, Shape(8), Worker(0, 0xff)));

        Assert.Null(ledger.Hold(Hold("a", 2, Shape(4), Worker(0, 0x3c))));
        Assert.Null(ledger.Hold(Hold("b", 3, Shape(4), Worker(0, 0xc3))));
        Assert.Equal([2L, 3L], ledger.View().Allocations.Select(a => a.Plan));
    }

    [Fact]
    public void A_newer_plan_that_does_not_fit_leaves_the_older_hold_in_place()
    {
        var ledger = RackOf(Node("n0"), Node("n1"));
        ledger.Hold(Hold("x", 1, Shape(1), Worker(1, 1)));
        ledger.Hold(Hold("a", 2, Shape(8), Worker(0, 0xff)));
        var before = ledger.Text();

        Assert.NotNull(ledger.Hold(Hold("a", 3, Shape(8), Worker(1, 0xff))));
        Assert.Equal(before, ledger.Text());
    }

    [Fact]
    public void An_older_plan_is_refused_and_so_is_a_newer_one_of_a_committed_attempt()
    {
        var ledger = RackOf(Node("n0"), Node("n1"));
        ledger.Hold(Hold("a", 5, Shape(8), Worker(0, 0xff)));
        Assert.Contains("newer plan 5", ledger.Hold(Hold("a", 4, Shape(8), Worker(1, 0xff))));

        ledger.Commit(Plan("a", 5));
        Assert.Contains("committed by plan 5", ledger.Hold(Hold("a", 6, Shape(8), Worker(1, 0xff))));
    }

    [Fact]
    public void An_older_epoch_is_refused_and_a_newer_one_takes_over()
    {
        var ledger = RackOf(Node("n0"));
        ledger.Do(ledger.DecideEpoch(7));

        Assert.IsType<RackDecision.Refuse>(ledger.DecideEpoch(6));
        Assert.IsType<RackDecision.Nothing>(ledger.DecideEpoch(7));
        Assert.Equal(RackEntry.Attached(8), Assert.IsType<RackDecision.Change>(ledger.DecideEpoch(8)).Entry);
        Assert.Equal(7, ledger.View().Epoch);
    }
}
