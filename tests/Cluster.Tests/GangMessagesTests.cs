using Scheduling.Jobs;
using Scheduling.Model;

namespace Cluster.Tests;

public sealed class GangMessagesTests
{
    [Fact]
    public async Task A_gang_over_the_whole_pool_is_durable_after_a_message_to_each_rack_and_a_few_more()
    {
        await using var cluster = await SchedulerCluster.StartAsync();
        var gang = new JobId("gang");
        cluster.Calls.Clear();
        await cluster.Submit(gang, gpus: 8, workers: SchedulerCluster.Nodes);
        await SchedulerCluster.Until(async () => (await cluster.View(gang)).Phase == JobPhase.Starting, () => "the gang is placed");

        // Place is the commit point: what was sent up to it made the gang durable. The audits of the silos are not part of it.
        var sent = cluster.Calls.TakeWhile(c => c != "Place").Append("Place").Where(c => c is not ("GetView" or "GetCharges" or "GetState")).ToList();
        Assert.Contains("Place", cluster.Calls);
        Assert.Equal(SchedulerCluster.Racks, sent.Count(c => c == "Hold"));
        Assert.InRange(sent.Count, SchedulerCluster.Racks + 3, SchedulerCluster.Racks + 8);
    }
}
