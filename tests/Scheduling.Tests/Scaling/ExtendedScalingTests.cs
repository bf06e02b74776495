using Scheduling.Model;
using Scheduling.Scaling;

namespace Scheduling.Tests.Scaling;

/// <summary>Machines are bought where they have what the gang asks for by name.</summary>
public sealed class ExtendedScalingTests
{
    [Fact]
    public void A_gang_gets_machines_of_the_set_that_offers_what_it_asks_for_though_another_is_first()
    {
        var stage = new ScaleStage().Set("plain").Set("rdma", with: o => o with { Node = o.Node with { Extended = [new ExtendedAmount("rdma/hca", 8)] } });
        stage.Gang("job", 2, extended: [new ExtendedAmount("rdma/hca", 8)]);
        Assert.Equal([new ScaleWant("rdma", 2, 0, "for job/1")], stage.Plan().Wants);
    }

    [Fact]
    public void Nothing_is_bought_for_what_no_set_offers()
    {
        var stage = new ScaleStage().Set("plain").Gang("job", 2, extended: [new ExtendedAmount("rdma/hca", 8)]);
        Assert.Empty(stage.Plan().Wants);
    }
}
