using System.Collections.Immutable;
using Grains.Pools;
using Grains.Storage;
using Orleans.Simulation;
using Silo.Storage;
using Simulation.Shrinking;

namespace Simulation;

/// <summary>How far a run goes once its scenario is over.</summary>
internal enum Ending
{
    /// <summary>It stops there.</summary>
    None = 0,

    /// <summary>Faults end, and everything comes to rest.</summary>
    Rest = 1,

    /// <summary>Also all that can end ends, services grow, and then everything goes: nothing is left anywhere.</summary>
    Empty = 2,
}

/// <summary>How a seed is run.</summary>
internal sealed record RunOptions
{
    /// <summary>Which scenario is drawn.</summary>
    public Profile Profile { get; init; } = Profile.Everything;

    /// <summary>Run in place of the one that would be drawn.</summary>
    public Scenario? Scenario { get; init; }

    /// <summary>A run that takes more is stuck, and that is a violation.</summary>
    public long MaxSteps { get; init; } = 3_000_000;

    public bool StopAtFirst { get; init; } = true;

    public Ending Ending { get; init; } = Ending.Empty;

    /// <summary>Further checkers, and whatever else lives beside the cluster.</summary>
    public ImmutableArray<Func<SimulatedWorld, IChecker>> Checkers { get; init; } = [];

    /// <summary>Storage faults around, or in place of, those that the scenario's rates make.</summary>
    public Func<SimulatedWorld, IStorageFaults, IStorageFaults>? Storage { get; init; }

    /// <summary>Journals ask for a snapshot after so many entries.</summary>
    public int SnapshotAfter { get; init; } = JournalOptions.Default.MinEntries;

    /// <summary>Other settings of pools than the usual ones.</summary>
    public Action<PoolOptions>? Pools { get; init; }

    /// <summary>Told of every operation, fault and finding as it happens, with virtual time.</summary>
    public Action<string>? Transcript { get; init; }

    /// <summary>Told of every step.</summary>
    public Action<string>? Trace { get; init; }
}

/// <summary>What came of a run.</summary>
/// <param name="Broken">What must not be, each once, in order; empty is what it should be. Each begins with the invariant's number.</param>
internal sealed record RunResult(int Seed, long Steps, ulong TraceHash, IReadOnlyList<string> Broken, Scenario Scenario)
{
    public required RunCounts Counts { get; init; }

    /// <summary>Operations carried out, or begun.</summary>
    public required int OpsDone { get; init; }

    /// <summary>It was broken before the run's end had begun.</summary>
    public required bool FoundBeforeEnding { get; init; }

    public override string ToString() =>
        $"seed {Seed}, profile {Scenario.Profile}, {Steps} steps, hash {TraceHash:x16}{(Broken.Count == 0 ? "" : ":\n" + string.Join('\n', Broken.Select(Invariants.Explain)))}";
}

/// <summary>What a run met, so that tests can see that it was about something.</summary>
internal sealed record RunCounts
{
    public int Accepted { get; init; }
    public int EvictionsPlanned { get; init; }
    public int EvictionsAsked { get; init; }
    public int EvictionsCalledOff { get; init; }
    public int Reservations { get; init; }
    public int StorageFaults { get; init; }
    public int Crashes { get; init; }
    public int Partitions { get; init; }
}

/// <summary>Runs seeds.</summary>
internal static class Runs
{
    /// <summary>SIMULATION_SCALE=20 in the environment runs twenty times as many seeds; SIMULATION_SEED=7 that one alone.</summary>
    public static TheoryData<int> Seeds(int first, int count) =>
        Setting("SIMULATION_SEED") is { } seed ? [seed] : [.. Enumerable.Range(first, count * (Setting("SIMULATION_SCALE") ?? 1))];

    /// <summary>The whole run of a seed. Nothing of it depends on anything but the seed and the options.</summary>
    public static RunResult Run(int seed, RunOptions? options = null)
    {
        options ??= new RunOptions();
        var scenario = options.Scenario ?? Scenario.Draw(seed, options.Profile);
        using var world = SimulatedWorld.Of(scenario, options);
        using var counted = StepCount.Count(world.Cluster);
        try
        {
            world.Play();
        }
        catch (RunOverException)
        {
            // What was found is in the result.
        }
        catch (SimulationStuckException e)
        {
            world.Seen.Record($"I12: {e.Message}");
        }

        if (world.Cluster.Stray is { } stray)
        {
            world.Seen.Record($"Left its thread, so that the seed does not decide everything: {stray}");
        }

        return world.ToResult();
    }

    /// <summary>Runs the seed and fails, with all that is needed to see why, when anything is found.</summary>
    public static RunResult AssertHolds(int seed, RunOptions options)
    {
        var result = Run(seed, options);
        TestContext.Current.TestOutputHelper?.WriteLine(result.ToString());
        if (result.Broken.Count > 0)
        {
            Assert.Fail($"{result}\n{Shrinker.Shrink(result, options).Transcript()}");
        }

        return result;
    }

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { } value ? int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) : null;
}

/// <summary>A run stops at what was found.</summary>
internal sealed class RunOverException : Exception;
