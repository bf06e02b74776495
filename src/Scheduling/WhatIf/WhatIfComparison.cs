using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.WhatIf;

/// <summary>
/// A question's two runs, without and with its changes, driven side by side so that both have come equally far wherever they are cut off.
/// Without changes there is one run. One thread drives them with <see cref="Step"/>, two with <see cref="Stretch"/>.
/// </summary>
public sealed class WhatIfComparison
{
    /// <summary>No run is further ahead of the other than this when they are cut off between two stretches.</summary>
    private static readonly TimeSpan LongestStretch = TimeSpan.FromMinutes(5);

    private readonly WhatIfOptions _options;
    private readonly WhatIfRun _before;
    private readonly WhatIfRun _after;
    private readonly WhatIfRun[] _runs;
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;

    /// <summary>All that happens up to here, and nothing that comes later, has happened in both runs.</summary>
    private DateTimeOffset _mark;
    private DateTimeOffset? _cutAt;

    /// <param name="start">Where both begin.</param>
    /// <param name="scenario">The same with the changes; null: there are none.</param>
    /// <param name="past">What comes; null: nothing but what is there.</param>
    /// <param name="options">The world around.</param>
    /// <param name="until">Nothing after this happens.</param>
    public WhatIfComparison(WhatIfStart start, WhatIfScenario? scenario, WhatIfPast? past, WhatIfOptions options, DateTimeOffset until)
    {
        (_options, _from, _until, _mark) = (options, start.At, until, start.At);
        _before = new WhatIfRun(WhatIfScenario.Of(start), past, options, until);
        _after = scenario is null ? _before : new WhatIfRun(scenario, past, options, until);
        _runs = scenario is null ? [_before] : [_before, _after];
    }

    /// <summary>Goes on by so many moments of virtual time, each of them in both runs. False: they are over.</summary>
    public bool Step(int moments)
    {
        for (; moments > 0; moments--)
        {
            if (Under() is not { Count: > 0 } under)
            {
                return false;
            }

            Proceed(under, _mark);
            foreach (var run in under)
            {
                run.Step(int.MaxValue, _mark);
            }
        }

        return true;
    }

    /// <summary>
    /// The next stretch of virtual time, a piece of work for each run. The runs share nothing that changes, so each piece may be done by a thread of its own; all must be
    /// done before the next stretch is asked for, or the runs are cut. Empty: they are over.
    /// </summary>
    public ImmutableArray<Action> Stretch()
    {
        if (Under() is not { Count: > 0 } under)
        {
            return [];
        }

        Proceed(under, _mark + LongestStretch);
        return [.. under.Select(run => (Action)(() => run.Step(int.MaxValue, _mark)))];
    }

    /// <summary>It has taken long enough.</summary>
    public void Cut()
    {
        if (_cutAt is null && Array.Exists(_runs, r => !r.IsOver))
        {
            _cutAt = _mark;
        }
    }

    /// <summary>What came of it. Only when it is over, and once.</summary>
    public WhatIfReport Report()
    {
        var last = _before.Now > _after.Now ? _before.Now : _after.Now;
        var end = _cutAt ?? (_before.EndsEarly && _after.EndsEarly ? last : _until);
        var before = _before.Outcomes(end);
        var after = ReferenceEquals(_before, _after) ? before : _after.Outcomes(end);
        var changes = ChangesOf(before, after, end);
        return new WhatIfReport
        {
            From = _from, Until = end, CutAt = _cutAt, AskedUntil = _until,
            Before = before.Figures(null), After = after.Figures(null),
            Teams =
            [
                .. before.Teams.Union(after.Teams).OrderBy(t => t.Value, StringComparer.Ordinal)
                    .Select(t => new WhatIfTeam { Team = t, Before = before.Figures(t), After = after.Figures(t) }),
            ],
            Jobs = [.. changes.Take(_options.MaxJobs)], JobsChanged = changes.Count,
            NewJobs = _after.NewJobs(),
            Steps = _runs.Sum(r => r.Steps), Predicted = _before.Predicted, Pace = _options.ReviewPeriod.TotalSeconds,
        };
    }

    /// <summary>The runs that are not over. None: both are, or they are cut.</summary>
    private List<WhatIfRun> Under()
    {
        if (Array.Exists(_runs, r => r.Steps >= _options.MaxSteps))
        {
            Cut();
        }

        return _cutAt is null ? [.. _runs.Where(r => !r.IsOver)] : [];
    }

    /// <summary>The mark goes on to a time, or to the next that happens where that is later, and never past the end.</summary>
    private void Proceed(List<WhatIfRun> under, DateTimeOffset to)
    {
        var next = under.Min(r => r.NextAt);
        _mark = next is null || to > next ? to : next.Value;
        _mark = _mark < _until ? _mark : _until;
    }

    private static List<WhatIfJobChange> ChangesOf(WhatIfOutcomes before, WhatIfOutcomes after, DateTimeOffset end)
    {
        var later = new Dictionary<AttemptId, WhatIfFate>();
        foreach (var fate in after.Fates)
        {
            later.TryAdd(fate.First, fate);
        }

        var changes = new List<WhatIfJobChange>();
        foreach (var fate in before.Fates)
        {
            if (!later.TryGetValue(fate.First, out var other))
            {
                continue;
            }

            var by = fate.CountsWait ? (WaitEnd(other, end) - WaitEnd(fate, end)).TotalSeconds : 0;
            if (Math.Abs(by) >= 1 || fate.Evictions != other.Evictions)
            {
                changes.Add(new WhatIfJobChange
                {
                    Job = fate.First.Job, Name = fate.Spec.Name, Quota = fate.Spec.Quota, GpuMilli = fate.Spec.TotalGpuMilli, StartBefore = fate.StartedAt,
                    StartAfter = other.StartedAt, EvictionsBefore = fate.Evictions, EvictionsAfter = other.Evictions, LaterBy = by,
                });
            }
        }

        return [.. changes.OrderByDescending(c => Math.Abs(c.LaterBy)).ThenByDescending(c => Math.Abs(c.EvictionsAfter - c.EvictionsBefore)).ThenBy(c => c.Job)];
    }

    private static DateTimeOffset WaitEnd(WhatIfFate fate, DateTimeOffset end) => fate.StartedAt ?? fate.LeftAt ?? end;
}
