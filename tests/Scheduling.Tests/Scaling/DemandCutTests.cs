using Scheduling.Model;
using Scheduling.Quotas;
using Scheduling.Scaling;

namespace Scheduling.Tests.Scaling;

/// <summary>Nobody gets machines beside those that quota has not counted and that have some all the same.</summary>
public sealed class DemandCutTests
{
    private static readonly QuotaCharge[] s_admitted = [Of("a", "c/x/u", 3), Of("b", "c/y", 2), Of("d", "c/x/v", 1), Of("e", "c/y", 4)];

    [Fact]
    public void Where_all_was_counted_nobody_is_left_out() => Assert.Empty(Left());

    [Fact]
    public void The_last_are_left_out_until_what_was_not_counted_has_room()
    {
        Assert.Equal(["e"], Left(Of("z", "c/q", 4)));
        Assert.Equal(["d", "e"], Left(Of("z", "c/q", 5)));
        Assert.Equal(["a", "b", "d", "e"], Left(Of("z", "c/q", 99)));
    }

    [Fact]
    public void Those_that_share_the_lowest_limit_are_left_out_before_those_that_share_a_higher_one()
    {
        Assert.Equal(["a"], Left(Of("z", "c/x/u", 3)));
        Assert.Equal(["a", "d"], Left(Of("z", "c/x/u", 4)));
        Assert.Equal(["a", "d", "e"], Left(Of("z", "c/x/u", 5)));
        Assert.Equal(["d"], Left(Of("z", "c/x/w", 1)));

        // A name that only begins alike is another level.
        Assert.Equal(["e"], Left(Of("z", "c/x/u2", 0), Of("y", "c/yy", 1)));
    }

    [Fact]
    public void Each_that_was_not_counted_has_room_of_its_own() => Assert.Equal(["a", "d", "e"], Left(Of("z", "c/q", 4), Of("y", "c/x/v", 2)));

    [Fact]
    public void Who_asks_for_nothing_of_a_resource_gives_none_back_and_other_trees_are_not_concerned()
    {
        QuotaCharge[] admitted = [Of("a", "c/x", 2), Of("b", "c/x", 5, "cpu"), Of("d", "other/x", 2)];
        Assert.Equal(["a"], DemandCut.LeftOut(admitted, [Of("z", "c/x", 2)]).Select(a => a.Job.Value).Order(StringComparer.Ordinal));
        Assert.Equal(["a", "b"], DemandCut.LeftOut(admitted, [Of("z", "c/x", 2) with { Amounts = [new("gpu", 1), new("cpu", 1), new("memory", 1)] }]).Select(a => a.Job.Value).Order(StringComparer.Ordinal));
        Assert.Empty(DemandCut.LeftOut(admitted, [Of("z", "c/x", 0)]));
    }

    private static string[] Left(params QuotaCharge[] notCounted) => [.. DemandCut.LeftOut(s_admitted, notCounted).Select(a => a.Job.Value).Order(StringComparer.Ordinal)];

    private static QuotaCharge Of(string job, string path, long amount, string resource = "gpu") => new()
    {
        Attempt = new AttemptId(new JobId(job), 1), Path = new QuotaPath(path), Plan = 1, Priority = 0, User = "u", Amounts = [new ResourceAmount(resource, amount)],
    };
}
