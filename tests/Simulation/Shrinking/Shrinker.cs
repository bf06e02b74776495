using System.Collections.Immutable;

namespace Simulation.Shrinking;

/// <summary>
/// Makes the scenario of a failing run as short as it gets while the same invariant breaks: first operations go (delta debugging, after
/// Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002), then kinds of faults, then crashes move to the front
/// and waits end. Bounded: whatever it has when its runs are used up is the answer.
/// </summary>
internal sealed class Shrinker
{
    /// <summary>A candidate is also tried with other seeds for all that its operations draw: what fails seldom is not lost with the first that is left out.</summary>
    private const int Reseeds = 2;

    private readonly RunOptions _options;
    private readonly string _invariant;
    private readonly int _maxRuns;
    private RunResult _best;

    private Shrinker(RunResult failing, RunOptions options, int maxRuns)
    {
        _best = failing;
        _invariant = InvariantOf(failing)!;
        _maxRuns = maxRuns;
        _options = options with { StopAtFirst = true, Transcript = null, Trace = null, MaxSteps = Math.Min(options.MaxSteps, failing.Steps * 4 + 10_000) };
    }

    private int Used { get; set; }

    /// <param name="failing">A run that broke something.</param>
    /// <param name="options">How it was run.</param>
    /// <param name="maxRuns">Runs that may be spent on it.</param>
    public static Shrunk Shrink(RunResult failing, RunOptions options, int maxRuns = 300)
    {
        if (InvariantOf(failing) is null)
        {
            throw new ArgumentException("Nothing is broken.", nameof(failing));
        }

        return new Shrinker(failing, options, maxRuns).Shrink();
    }

    private Shrunk Shrink()
    {
        var original = _best;
        var ending = _options.Ending;
        if (original.OpsDone < original.Scenario.Ops.Length || original.FoundBeforeEnding)
        {
            // It broke before its end: what came after that operation had no part in it.
            ending = Ending.None;
            _best = Fails(original.Scenario with { Ops = original.Scenario.Ops[..original.OpsDone] }, ending) ?? _best;
        }

        DropKinds(ending);
        DropOps(ending);
        DropKinds(ending);
        Simplify(ending);
        DropOps(ending);
        List<string> lines = [];
        var replay = Runs.Run(_best.Scenario.Seed, _options with { Scenario = _best.Scenario, Ending = ending, Transcript = lines.Add });
        return new Shrunk(replay, ending, lines, Used);
    }

    /// <summary>Delta debugging over the operations: halves, then quarters, … then one by one, until none can go.</summary>
    private void DropOps(Ending ending)
    {
        for (var size = Math.Max(1, _best.Scenario.Ops.Length / 2); Used < _maxRuns;)
        {
            var ops = _best.Scenario.Ops;
            var dropped = false;
            for (var start = 0; start < ops.Length && Used < _maxRuns;)
            {
                var left = ops.RemoveRange(start, Math.Min(size, ops.Length - start));
                if (Fails(_best.Scenario with { Ops = left }, ending) is { } smaller)
                {
                    _best = smaller;
                    ops = smaller.Scenario.Ops;
                    dropped = true;
                }
                else
                {
                    start += size;
                }
            }

            if (size == 1 && !dropped)
            {
                return;
            }

            size = Math.Max(1, size / 2);
        }
    }

    private void DropKinds(Ending ending)
    {
        foreach (var kind in Enum.GetValues<FaultKinds>().Where(k => int.IsPow2((int)k)))
        {
            var without = _best.Scenario.Only(FaultKinds.All & ~kind);
            if (Used < _maxRuns && !without.Ops.SequenceEqual(_best.Scenario.Ops))
            {
                _best = Fails(without, ending) ?? _best;
            }
        }
    }

    /// <summary>Crashes as soon as they are asked for, silos that stay away no longer than they must, no waiting, and everything sent from outside.</summary>
    private void Simplify(Ending ending)
    {
        for (var i = 0; i < _best.Scenario.Ops.Length && Used < _maxRuns; i++)
        {
            foreach (var simpler in Simpler(_best.Scenario.Ops[i]))
            {
                _best = Used < _maxRuns ? Fails(_best.Scenario with { Ops = _best.Scenario.Ops.SetItem(i, simpler(_best.Scenario.Ops[i])) }, ending) ?? _best : _best;
            }
        }
    }

    private static IEnumerable<Func<Op, Op>> Simpler(Op op)
    {
        if (op.Via is not null)
        {
            yield return o => o with { Via = null };
        }

        if (op is Op.CrashSilo or Op.Partition)
        {
            yield return o => o is Op.CrashSilo { AfterSteps: > 0 } c ? c with { AfterSteps = 0 } : o is Op.Partition { AfterSteps: > 0 } p ? p with { AfterSteps = 0 } : o;
            yield return o => o is Op.CrashSilo { AfterSteps: > 1 } c ? c with { AfterSteps = c.AfterSteps / 2 } : o is Op.Partition { AfterSteps: > 1 } p ? p with { AfterSteps = p.AfterSteps / 2 } : o;
        }

        if (op.Then > TimeSpan.Zero)
        {
            yield return o => o with { Then = TimeSpan.Zero };
        }
    }

    /// <summary>The run of a candidate that breaks the same; null when it does not.</summary>
    private RunResult? Fails(Scenario candidate, Ending ending)
    {
        for (var salt = 0; salt <= Reseeds && Used < _maxRuns; salt++)
        {
            if (candidate.Ops.SequenceEqual(_best.Scenario.Ops) && Used > 0)
            {
                return null;
            }

            Used++;
            var scenario = salt == 0 ? candidate : candidate with { Ops = [.. candidate.Ops.Select(o => o with { Seed = Scenario.Mix(o.Seed, salt) })] };
            var result = Runs.Run(scenario.Seed, _options with { Scenario = scenario, Ending = ending });
            if (result.Broken.Any(b => b.StartsWith(_invariant, StringComparison.Ordinal)))
            {
                return result;
            }
        }

        return null;
    }

    /// <summary>"I7:" of the first that broke.</summary>
    private static string? InvariantOf(RunResult result) => result.Broken.Count == 0 ? null : result.Broken[0][..(result.Broken[0].IndexOf(':', StringComparison.Ordinal) + 1)];
}
