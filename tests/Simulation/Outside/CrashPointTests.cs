using Scheduling.Model;

namespace Simulation.Outside;

/// <summary>The leading gateway dies at each effect in turn, before and after it was done, and its successor finishes what it began.</summary>
public sealed class CrashPointTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_gang_is_bound_once_and_whole_whichever_effect_its_gateway_dies_at(bool isServed)
    {
        var points = 0;
        for (var at = 1; ; at++)
        {
            using var world = new OutsideWorld(at, new OutsideFaults());
            world.CrashAt(at, isServed);
            world.SubmitGang(new JobId("gang"), workers: 3);
            GatewayTests.AssertComesToItsEnd(world);
            Assert.True(world.Kubernetes.Effects is { Bound: 3, Stale: 0 }, $"point {at}: {world.Kubernetes.Effects}");
            if (world.Kills == 0)
            {
                break;
            }

            points++;
        }

        // Three made, three bound, three deleted.
        Assert.True(points >= 9, $"only {points} points");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Machines_created_are_machines_wanted_whichever_effect_its_gateway_dies_at(bool isServed)
    {
        var points = 0;
        for (var at = 1; ; at++)
        {
            using var world = new OutsideWorld(at, new OutsideFaults { ScaleSet = true });
            world.Arm!.IsScarce = false;
            world.CrashAt(at, isServed);
            GatewayTests.AssertComesToItsEnd(world);
            Assert.True(world.Arm.Effects.Created == world.Arm.Effects.Deleted && world.Arm.Effects.Created is > 0 and <= 8, $"point {at}: {world.Arm.Effects}");
            if (world.Kills == 0)
            {
                break;
            }

            points++;
        }

        // Claimed, grown, deleted.
        Assert.True(points >= 3, $"only {points} points");
    }
}
