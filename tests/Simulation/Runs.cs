namespace Simulation;

/// <summary>Which seeds are run, and how a run is brought to its end.</summary>
internal static class Runs
{
    /// <summary>SIMULATION_SCALE=20 in the environment runs twenty times as many seeds; SIMULATION_SEED=7 that one alone.</summary>
    public static TheoryData<int> Seeds(int first, int count) =>
        Setting("SIMULATION_SEED") is { } seed ? [seed] : [.. Enumerable.Range(first, count * (Setting("SIMULATION_SCALE") ?? 1))];

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { } value ? int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>At rest, with all that can end ended, and with everything gone: nothing lost, nothing left over.</summary>
    public static void AssertComesToItsEnd(World world)
    {
        world.Calm();
        AssertNone(world, "at rest", world.Check());
        world.Finish(replicas: 1);
        AssertNone(world, "when all had ended", [.. world.CheckFinished(), .. world.Check()]);
        world.Finish(replicas: 2);
        AssertNone(world, "when services had grown", [.. world.CheckFinished(), .. world.Check()]);
        world.Empty();
        AssertNone(world, "when all were gone", [.. world.CheckEmpty(), .. world.Check()]);
    }

    public static void AssertNone(World world, string when, IReadOnlyList<string> wrong) =>
        Assert.True(wrong.Count == 0, $"seed {world.Seed}, {world.Cluster.Steps} steps, {when}:\n" + string.Join('\n', wrong));
}
