using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;
using static Scheduling.Tests.Quotas.Given;

namespace Scheduling.Tests.Quotas;

/// <summary>Charging all levels or none, once.</summary>
public sealed class QuotaTreeTests
{
    [Fact]
    public void A_charge_counts_at_every_level_and_a_refund_takes_it_from_every_level()
    {
        var tree = Tree();

        Assert.Null(tree.Do(Charge("a", "main/red/ann", 4000)));
        Assert.Null(tree.Do(Charge("b", "main/red/bob", 2000)));
        Assert.Equal((6000, 6000, 4000, 2000), (tree.Used("main"), tree.Used("main/red"), tree.Used("main/red/ann"), tree.Used("main/red/bob")));

        tree.Refund(Plan("a", 1));
        Assert.Equal((2000, 2000, 0), (tree.Used("main"), tree.Used("main/red"), tree.Used("main/red/ann")));
        tree.CheckInvariants();
    }

    [Theory]
    [InlineData("main/red/ann", 2000)]
    [InlineData("main/red", 3000)]
    [InlineData("main", 4000)]
    public void A_refusal_names_the_level_the_limit_what_is_used_and_what_was_asked_and_charges_nothing(string binding, long limit)
    {
        var tree = Tree((binding, limit));
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 1500)));
        var before = tree.Text();

        var refusal = tree.Do(Charge("b", "main/red/ann", limit));

        Assert.Equal(new QuotaRefusal { Path = new(binding), Resource = "gpu", Limit = limit, Used = 1500, Asked = limit }, refusal);
        Assert.Equal(before, tree.Text());
    }

    [Fact]
    public void A_parents_limit_binds_although_the_childs_is_higher()
    {
        var tree = Tree(("main", 1000), ("main/red", 5000));

        Assert.Equal("main", tree.Do(Charge("a", "main/red/ann", 2000))!.Path.Value);
    }

    [Fact]
    public void A_charge_up_to_the_limit_exactly_is_granted()
    {
        var tree = Tree(("main/red", 8000));

        Assert.Null(tree.Do(Charge("a", "main/red/ann", 8000)));
        Assert.NotNull(tree.Do(Charge("b", "main/red/bob", 1)));
        Assert.Null(tree.Do(Charge("c", "main/red/bob", 0)));
    }

    [Fact]
    public void Each_named_resource_has_a_limit_of_its_own()
    {
        var tree = Tree();
        tree.Set("main/red", new QuotaSpec { Limit = [new("gpu/H100", 8000), new("cpu", 1_000_000)] });
        ImmutableArray<ResourceAmount> both = [new("gpu", 8000), new("gpu/H100", 8000), new("cpu", 500_000)];

        Assert.Null(tree.Do(Charge("a", "main/red/ann", 0) with { Amounts = both }));
        Assert.Equal("gpu/H100", tree.Do(Charge("b", "main/red/ann", 0) with { Amounts = both })!.Resource);
        Assert.Null(tree.Do(Charge("c", "main/red/ann", 0) with { Amounts = [new("gpu", 8000), new("gpu/A100", 8000), new("cpu", 500_000)] }));
    }

    [Fact]
    public void The_same_charge_again_is_granted_and_counts_once()
    {
        var tree = Tree(("main", 5000));
        tree.Do(Charge("a", "main/red/ann", 4000));
        var before = tree.Text();

        Assert.Null(tree.Do(Charge("a", "main/red/ann", 4000)));
        Assert.Equal(before, tree.Text());
    }

    /// <summary>kubernetes-sigs/kueue#15579: a replaced slice is counted twice.</summary>
    [Fact]
    public void A_later_plan_of_the_same_attempt_takes_the_charge_over_and_counts_once()
    {
        var tree = Tree(("main", 5000));
        tree.Do(Charge("a", "main/red/ann", 4000, plan: 1));

        Assert.Null(tree.Do(Charge("a", "main/red/ann", 4000, plan: 2)));
        Assert.Equal(4000, tree.Used("main"));

        tree.Refund(Plan("a", 1)); // Late: the plan it ends is over already.
        Assert.Equal(4000, tree.Used("main"));
        tree.Refund(Plan("a", 2));
        Assert.Equal(0, tree.Used("main"));
    }

    [Theory]
    [InlineData("main/red/ann", 3000, 1)]
    [InlineData("main/red/ann", 3000, 2)]
    [InlineData("main/red/bob", 4000, 2)]
    public void Other_amounts_or_another_path_for_the_same_attempt_are_refused_never_added(string path, long amount, long plan)
    {
        var tree = Tree();
        tree.Do(Charge("a", "main/red/ann", 4000));

        Assert.Contains("other amounts", tree.Do(Charge("a", path, amount, plan))!.Problem);
        Assert.Equal(4000, tree.Used("main"));
    }

    [Fact]
    public void An_older_plan_than_the_one_that_charged_is_refused()
    {
        var tree = Tree();
        tree.Do(Charge("a", "main/red/ann", 4000, plan: 7));

        Assert.Contains("newer plan 7", tree.Do(Charge("a", "main/red/ann", 4000, plan: 6))!.Problem);
    }

    [Fact]
    public void A_charge_that_comes_after_its_own_refund_leaves_nothing_behind()
    {
        var tree = Tree();
        tree.Refund(Plan("a", 3)); // The refund has overtaken the charge.

        Assert.Contains("refunded already", tree.Do(Charge("a", "main/red/ann", 4000, plan: 3))!.Problem);
        Assert.Null(tree.Do(Charge("a", "main/red/ann", 4000, plan: 4)));
    }

    [Fact]
    public void A_refund_may_come_twice_or_for_nothing()
    {
        var tree = Tree();
        tree.Do(Charge("a", "main/red/ann", 4000));
        tree.Refund(Plan("a", 1));

        Assert.Null(tree.DecideRefund(Plan("a", 1), Now));
        tree.Refund(Plan("never-charged", 1));
        Assert.Equal(0, tree.Used("main"));
        tree.CheckInvariants();
    }

    /// <summary>kubernetes-sigs/kueue#13392: negative requests mint quota credit.</summary>
    [Fact]
    public void Negative_amounts_are_refused()
    {
        var tree = Tree(("main", 5000));
        tree.Do(Charge("a", "main/red/ann", 5000));

        Assert.Contains("negative", tree.Do(Charge("b", "main/red/ann", -1))!.Problem);
        Assert.Contains("negative", tree.Do(Charge("b", "main/red/ann", long.MinValue))!.Problem);
        Assert.Equal(5000, tree.Used("main"));
    }

    public static TheoryData<string, ImmutableArray<ResourceAmount>> BadAmounts => new()
    {
        { "more than", Gpu(long.MaxValue) },
        { "named twice", [new("gpu", 1), new("gpu", 1)] },
        { "name", [new("", 1)] },
        { "more than 32 resources", [.. Enumerable.Range(0, 33).Select(i => new ResourceAmount($"r{i}", 1))] },
        { "no amounts", default },
    };

    [Theory]
    [MemberData(nameof(BadAmounts))]
    public void Amounts_that_could_overflow_or_mean_two_things_are_refused(string because, ImmutableArray<ResourceAmount> amounts) =>
        Assert.Contains(because, Tree().Do(Charge("a", "main/red/ann", 0) with { Amounts = amounts })!.Problem);

    [Theory]
    [InlineData("")]
    [InlineData("other/red/ann")]
    [InlineData("mainly/red")]
    [InlineData("main/red/ann/extra")]
    [InlineData("main//ann")]
    [InlineData("main/red/")]
    [InlineData("/main")]
    [InlineData("main/re d")]
    [InlineData("main/rød")]
    public void A_path_that_is_none_in_this_tree_is_refused(string path)
    {
        var tree = Tree();

        Assert.NotNull(tree.Do(Charge("a", path, 1))!.Problem);
        Assert.NotNull(tree.Set(path, new QuotaSpec()));
        Assert.Single(tree.Snapshot().Levels);
    }

    [Fact]
    public void Names_may_be_mail_addresses_and_as_long_as_63_characters()
    {
        var tree = Tree();

        Assert.Null(tree.Do(Charge("a", "main/red/Ann-Marie_K.2@example.org", 1)));
        Assert.Null(tree.Do(Charge("b", "main/" + new string('x', 63), 1)));
        Assert.NotNull(tree.Do(Charge("c", "main/" + new string('x', 64), 1)));
    }

    [Fact]
    public void A_view_lists_parents_before_children_in_path_order()
    {
        var tree = Tree();
        foreach (var path in new[] { "main/red-2/x", "main/red/b", "main/blue", "main/red/a" })
            tree.Do(Charge(path.Replace('/', '-'), path, 1));

        Assert.Equal(
            ["main", "main/blue", "main/red", "main/red/a", "main/red/b", "main/red-2", "main/red-2/x"],
            tree.View(new QuotaPath("main"), _ => true, Now)!.Levels.Select(l => l.Path.Value));
        Assert.Equal(["main/red", "main/red/a", "main/red/b"], tree.View(new QuotaPath("main/red"), _ => true, Now)!.Levels.Select(l => l.Path.Value));
        Assert.Null(tree.View(new QuotaPath("main/green"), _ => true, Now));
    }
}
