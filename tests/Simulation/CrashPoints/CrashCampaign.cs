using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;

namespace Simulation.CrashPoints;

/// <summary>One scenario with each fault at each of its writes in turn.</summary>
internal sealed class CrashCampaign
{
    private static readonly Lock s_report = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly string _scenario;
    private readonly ImmutableArray<(int Number, string Name)> _points;
    private readonly int _runs;
    private readonly int _every;

    /// <summary>Runs it.</summary>
    /// <param name="scenario">The scenario's name.</param>
    /// <param name="isPoint">Which writes are points.</param>
    /// <param name="faults">What happens at each.</param>
    /// <param name="run">One run with this fault; null: the run that counts.</param>
    /// <param name="every">Of so many points one is run.</param>
    /// <param name="atOnce">Runs side by side for each processor: more than one where a run mostly waits for a server.</param>
    public CrashCampaign(string scenario, Func<string, bool> isPoint, IReadOnlyList<WriteFault> faults, Func<PlannedFault?, CrashRun> run, int every = 1, int atOnce = 1)
    {
        _scenario = scenario;
        _every = Math.Max(every, CrashSettings.Every);
        var counted = run(null);
        foreach (var wrong in counted.Wrong)
        {
            _failures.Enqueue($"without any fault: {wrong}");
        }

        _points = [.. counted.Points.Select((name, index) => (index + 1, name)).Where(p => isPoint(p.name))];
        var planned = new ConcurrentQueue<PlannedFault>(_points.SelectMany(p => faults.Select(f => new PlannedFault(p.Number, p.Name, f))).Where(IsWanted));
        _runs = planned.Count;

        // Threads of their own: they stand still during I/O, whose answers come on threads of the pool.
        Task.WaitAll(Enumerable.Range(0, atOnce * Environment.ProcessorCount).Select(_ => Task.Factory.StartNew(
            () =>
            {
                while (planned.TryDequeue(out var fault))
                {
                    if (run(fault) is { Wrong.Count: > 0 } failed)
                    {
                        _failures.Enqueue($"{IdOf(fault)} ({fault.Name}): {string.Join("\n    ", failed.Wrong)}");
                    }
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)).ToArray());
    }

    /// <summary>Each with the words to run it again.</summary>
    public IReadOnlyList<string> Failures => [.. _failures.Order(StringComparer.Ordinal)];

    public int Points => _points.Length;

    /// <summary>"scenario | write points | runs | failures", and the points if they are asked for.</summary>
    public void Report()
    {
        if (CrashSettings.Report is not { } file)
        {
            return;
        }

        List<string> lines = [$"{_scenario} | {_points.Length} | {_runs} | {_failures.Count}"];
        if (CrashSettings.List)
        {
            lines.AddRange(_points.Select(p => string.Create(CultureInfo.InvariantCulture, $"    {p.Number,4}  {p.Name}")));
        }

        lines.AddRange(Failures.Select(f => $"    FAILED {f}"));
        lock (s_report)
        {
            File.AppendAllLines(file, lines);
        }
    }

    private string IdOf(PlannedFault fault) => string.Create(CultureInfo.InvariantCulture, $"{_scenario}/{fault.Point}/{fault.Fault}");

    private bool IsWanted(PlannedFault fault) =>
        CrashSettings.Only.IsEmpty ? (fault.Point + (int)fault.Fault) % _every == CrashSettings.Seed % _every : CrashSettings.Names(IdOf(fault));
}
