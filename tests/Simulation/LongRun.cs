using System.Diagnostics;
using System.Globalization;
using Simulation.Shrinking;

namespace Simulation;

/// <summary>Seeds one after the other, on all cores, until so many steps or hours are over or something is found.</summary>
internal sealed class LongRun(LongRunOptions options, TextWriter output)
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<RunResult> _broken = [];
    private long _said = Stopwatch.GetTimestamp();
    private long _steps;
    private int _next = options.Seed;
    private int _runs;

    public static int Start(string[] args, TextWriter output)
    {
        if (LongRunOptions.Parse(args, out var problem) is not { } options)
        {
            output.WriteLine(problem);
            return 2;
        }

        return new LongRun(options, output).Run();
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    private bool IsOver => (_broken.Count > 0 && !options.All) || _steps >= options.Steps || Elapsed >= options.Time || _runs >= options.Seeds;

    /// <returns>0: nothing was found; 1: something was.</returns>
    private int Run()
    {
        output.WriteLine($"Profiles {string.Join(", ", options.Profiles)} from seed {options.Seed}, {options.Threads} at a time.");
        var threads = Enumerable.Range(0, options.Threads).Select(_ => new Thread(RunSeeds) { IsBackground = true }).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Say();
        foreach (var broken in _broken)
        {
            output.WriteLine();
            output.WriteLine(broken.ToString());
            if (options.All)
            {
                continue;
            }

            output.WriteLine(Shrinker.Shrink(broken, new RunOptions { Profile = broken.Scenario.Profile }).Transcript());
        }

        return _broken.Count == 0 ? 0 : 1;
    }

    private void RunSeeds()
    {
        while (Take() is { } seed)
        {
            // Seeds go round the profiles, so that a seed's number says which one it had.
            var profile = options.Profiles[seed % options.Profiles.Count];
            var result = Runs.Run(seed, new RunOptions
            {
                Profile = profile,
                Transcript = options.Transcript ? output.WriteLine : null,
                Trace = options.Trace ? output.WriteLine : null,
            });
            lock (_gate)
            {
                _runs++;
                _steps += result.Steps;
                if (result.Broken.Count > 0)
                {
                    _broken.Add(result);
                }

                if (options.Verbose)
                {
                    output.WriteLine(result.ToString());
                }

                if (Stopwatch.GetElapsedTime(_said) >= ProgressEvery)
                {
                    Say();
                }
            }
        }
    }

    private int? Take()
    {
        lock (_gate)
        {
            return IsOver ? null : _next++;
        }
    }

    private void Say()
    {
        _said = Stopwatch.GetTimestamp();
        var rate = _steps / Math.Max(0.001, Elapsed.TotalSeconds);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Elapsed:hh\\:mm\\:ss} {_runs} runs, {_steps:N0} steps, {rate:N0} steps/s, {_broken.Count} violations, next seed {_next}"));
    }
}
