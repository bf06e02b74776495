using Grains.Pools;
using Scheduling;

namespace Simulation.Planted;

/// <summary>Runs seeds with a bug in the product until something is found.</summary>
internal static class Hunt
{
    /// <summary>Every bug must be found within so many steps.</summary>
    public const long MostSteps = 1_000_000;

    /// <summary>What the ordinary test run spends on one of them at most.</summary>
    public const long Soon = 400_000;

    /// <summary>What was found first, or how much was looked at in vain.</summary>
    /// <param name="Finding">Null: nothing.</param>
    /// <param name="Seed">The last seed that ran.</param>
    /// <param name="Steps">Over all the seeds that ran.</param>
    /// <param name="Missed">How often, in the last run, a guard would have acted that was not there.</param>
    public sealed record Result(PlantedBug Bug, string? Finding, int Seed, long Steps, long Missed);

    public static Result For(PlantedBug bug, int firstSeed, long mostSteps = MostSteps)
    {
        var steps = 0L;
        for (var seed = firstSeed; ; seed++)
        {
            var (run, missed) = Run(bug.Ground, seed, bug.Guards);
            steps += run.Steps;
            if (run.Broken.FirstOrDefault(bug.IsShownBy) is { } finding)
            {
                return new Result(bug, finding, seed, steps, missed);
            }

            if (steps >= mostSteps || (run.Broken.Count > 0 && firstSeed == bug.Seed))
            {
                return new Result(bug, run.Broken.Count > 0 ? $"only {run.Broken[0]}" : null, seed, steps, missed);
            }
        }
    }

    /// <summary>The seed with everything in place.</summary>
    public static RunResult Control(HuntingGround ground, int seed) => Run(ground, seed, []).Run;

    /// <summary>The seed with the bug, or without, and what happens in it.</summary>
    public static RunResult Told(PlantedBug bug, int seed, bool control, Action<string> tell) => Run(bug.Ground, seed, control ? [] : bug.Guards, tell).Run;

    private static (RunResult Run, long Missed) Run(HuntingGround ground, int seed, IEnumerable<Guard> away, Action<string>? tell = null)
    {
        Guards.TakeAway(away);
        try
        {
            var run = Runs.Run(seed, new RunOptions
            {
                Profile = ground.Profile, Scenario = ground.Draw?.Invoke(seed), Ending = ground.Ending, SnapshotAfter = ground.SnapshotAfter,
                Pools = o => Settle(ground, o),
                Transcript = tell,
                Checkers = ground.HasReferees
                    ? [w => new CallReferee(w), w => new PromiseReferee(w), w => new RestReferee(w), w => new SnapshotReferee(w), .. ground.Checkers]
                    : ground.Checkers,
            });
            return (run, Guards.Missed);
        }
        finally
        {
            Guards.TakeAway();
        }
    }

    /// <summary>A pool's activation that hands over finds out everything anew: that would hide what was forgotten.</summary>
    private static void Settle(HuntingGround ground, PoolOptions pools)
    {
        pools.History.HandOverAfter = TimeSpan.Zero;
        ground.Pools?.Invoke(pools);
    }
}
