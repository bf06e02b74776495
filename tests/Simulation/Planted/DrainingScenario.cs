namespace Simulation.Planted;

/// <summary>What a quiet run does, and every few operations a node is drained for good.</summary>
internal static class DrainingScenario
{
    public static Scenario Draw(int seed)
    {
        var random = new Random(seed);
        var drawn = Scenario.Draw(seed, Grounds.Draining.Profile);
        var ops = drawn.Ops.ToBuilder();
        for (var i = 0; i < 5; i++)
        {
            ops.Insert(random.Next(ops.Count / 2, ops.Count), new Op.Drain(random.Next(World.Racks), random.Next(World.NodesPerRack)) { Seed = random.Next() });
        }

        return drawn with { Ops = ops.ToImmutable() };
    }
}
