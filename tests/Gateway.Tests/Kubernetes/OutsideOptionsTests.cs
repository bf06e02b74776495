using Gateway.Azure;
using Gateway.Kubernetes;

namespace Gateway.Tests.Kubernetes;

public sealed class OutsideOptionsTests
{
    [Fact]
    public void Defaults_are_right_and_what_is_wrong_is_said_all_at_once()
    {
        Assert.Empty(new KubernetesOptions().Errors());
        Assert.Empty(new ScaleSetOptions().Errors());
        Assert.Equal(3, new KubernetesOptions { CallTimeout = TimeSpan.Zero, CallsAtOnce = 0, SweepEvery = TimeSpan.FromDays(2) }.Errors().Count());
        Assert.Equal(2, new ScaleSetOptions { JoinWithin = TimeSpan.Zero, ReadEvery = TimeSpan.FromDays(2) }.Errors().Count());
    }
}
