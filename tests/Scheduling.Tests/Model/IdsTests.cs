using Scheduling.Model;

namespace Scheduling.Tests.Model;

public sealed class IdsTests
{
    [Fact]
    public void A_rack_is_named_within_its_pool()
    {
        var rack = RackId.Of(new PoolId("a100"), "r/7");
        Assert.Equal("a100/r/7", rack.Value);
        Assert.Equal(new PoolId("a100"), rack.Pool);
    }

    [Fact]
    public void A_quota_path_ends_at_its_cohort()
    {
        var user = new QuotaPath("lab/vision/ann");
        Assert.Equal("lab", user.Cohort);
        Assert.Equal(new QuotaPath("lab/vision"), user.Parent);
        Assert.Equal(new QuotaPath("lab"), user.Parent!.Value.Parent);
        Assert.Null(new QuotaPath("lab").Parent);
        Assert.Equal("lab", new QuotaPath("lab").Cohort);
    }

    [Fact]
    public void Jobs_are_in_the_order_of_their_ids_letter_by_letter()
    {
        Assert.True(new JobId("a-10").CompareTo(new JobId("a-9")) < 0);
        Assert.True(new JobId("b").CompareTo(new JobId("a")) > 0);
        Assert.Equal(0, new JobId("a").CompareTo(new JobId("a")));
    }

    [Fact]
    public void An_id_made_of_a_text_is_that_text()
    {
        Assert.Equal("x", JobId.Create("x").Value);
        Assert.Equal("x", PoolId.Create("x").Value);
        Assert.Equal("x", RackId.Create("x").Value);
        Assert.Equal("x", NodeId.Create("x").Value);
        Assert.Equal("x", TenantId.Create("x").Value);
        Assert.Equal("x", QuotaPath.Create("x").Value);
    }
}
