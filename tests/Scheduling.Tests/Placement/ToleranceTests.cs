using Scheduling.Model;

namespace Scheduling.Tests.Placement;

public sealed class ToleranceTests
{
    private static readonly Label Taint = new("sku", "gpu");

    [Fact]
    public void A_toleration_covers_its_own_taint_any_value_of_its_key_or_everything()
    {
        Assert.True(Tolerance.Covers([new Label("a", "b"), Taint], Taint));
        Assert.True(Tolerance.Covers([new Label("sku", Tolerance.Any)], Taint));
        Assert.True(Tolerance.Covers([new Label(Tolerance.Any, Tolerance.Any)], Taint));
        Assert.False(Tolerance.Covers([new Label("sku", "cpu"), new Label("other", Tolerance.Any)], Taint));
        Assert.False(Tolerance.Covers([], Taint));
    }
}
