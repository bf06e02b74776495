using Gateway.Azure;
using Scheduling.Model;

namespace Gateway.Tests.Azure;

/// <summary>A scale set's settings in the planner's words.</summary>
public sealed class AzureMapperTests
{
    [Fact]
    public void What_a_machine_will_offer_by_name_is_told_to_the_planner()
    {
        var set = Set(("rdma/hca", "8"), ("ephemeral-storage", "400Gi"));
        Assert.Equal([new ExtendedAmount("ephemeral-storage", 409_600), new("rdma/hca", 8)], AzureMapper.ToOffer(set).Node.Extended);
        Assert.Empty(Errors(set));
    }

    [Theory]
    [InlineData("rdma/hca", "many")]
    [InlineData("rdma/hca", "0")]
    [InlineData("cpu", "8")]
    [InlineData("nvidia.com/gpu", "8")]
    public void An_amount_that_is_none_or_has_a_setting_of_its_own_is_told_at_the_start(string name, string amount) =>
        Assert.Contains("Node:Extended", Assert.Single(Errors(Set((name, amount)))), StringComparison.Ordinal);

    private static AzureScaleSet Set(params (string Name, string Amount)[] extended) => new()
    {
        Id = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/s", Pool = "p", Sku = "Standard_X", Location = "westeurope",
        Node = new AzureNode { CpuMilli = 1000, MemoryMiB = 1000, Extended = extended.ToDictionary(e => e.Name, e => e.Amount) },
    };

    private static List<string> Errors(AzureScaleSet set) => [.. AzureOptionsCheck.Errors(new AzureOptions { ScaleSets = [set] })];
}
