using Scheduling.Nodes;

namespace Scheduling.Tests.Nodes;

public sealed class NodeMachineTests
{
    private const string Set = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachineScaleSets/h100";

    [Theory]
    [InlineData("azure://" + Set + "/virtualMachines/12", Set, "12")]
    [InlineData("azure:///subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/one", null, null)]
    [InlineData("aws:///eu-west-1a/i-0123", null, null)]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    public void Scale_set_and_machine_are_read_from_what_the_cloud_calls_it(string? provider, string? set, string? instance)
    {
        var machine = new NodeMachine(provider, null, null);
        Assert.Equal((set, instance), (machine.ScaleSet, machine.Instance));
    }

    [Fact]
    public void What_is_not_said_any_more_stays_known_and_other_hardware_is_told_in_words()
    {
        var before = new NodeMachine("p", "host-1", "1,2");
        Assert.Equal(before, new NodeMachine("p", "", null).After(before));
        Assert.Null(new NodeMachine("p", "", "1,2").ChangedSince(before));
        Assert.Equal("other host: host-2 instead of host-1; other GPUs: 1,3 instead of 1,2", new NodeMachine("p", "host-2", "1,3").ChangedSince(before));
        Assert.Null(before.ChangedSince(default));
    }
}
