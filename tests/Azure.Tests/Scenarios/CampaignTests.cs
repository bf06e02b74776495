namespace Azure.Tests.Scenarios;

public sealed class CampaignTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Machines_are_those_that_are_wanted_although_answers_are_lost_doubled_and_refused(int seed)
    {
        var campaign = new Campaign(seed);
        await campaign.Run(operations: 50);
        await using var world = campaign.World;
        Assert.Empty(world.Arm.Broken);
        Assert.True(campaign.IsAtRest, $"wanted {campaign.Intents.State.Wanted}, capacity {world.StubSet.Capacity}, machines {world.StubSet.Machines.Count}, joined {world.StubSet.Machines.Count(m => m.HasJoined)}, {campaign.Intents.State}");
        Assert.Equal(world.StubSet.Machines.Count, world.StubSet.Created - world.StubSet.Deleted - world.StubSet.Evicted);
        Assert.Equal(0, world.Arm.Throttled);
    }
}
