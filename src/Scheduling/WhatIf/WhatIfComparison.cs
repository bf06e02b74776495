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
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;
    private DateTimeOffset _mark;

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
    }

    /// <summary>Goes on by so many moments, with the run that is behind. False: both are over.</summary>
    public bool Step(int moments)
    {
        for (; moments > 0; moments--)
        {
            var (first, second) = _before.Now <= _after.Now ? (_before, _after) : (_after, _before);
            if (!first.Step(1) && !second.Step(1))
            {
                return false;
            }

            if (first.CutAt is not null || second.CutAt is not null)
            {
                Cut();
                return false;
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
        if (_before.CutAt is not null || _after.CutAt is not null)
        {
            Cut();
        }

        WhatIfRun[] under = [.. new[] { _before, _after }.Distinct().Where(r => !r.IsOver)];
        var (mark, next) = (_mark + LongestStretch, under.Min(r => r.NextAt));
        _mark = mark > next || next is null ? mark : next.Value;
        return [.. under.Select(run => (Action)(() => run.Step(int.MaxValue, _mark)))];
    }

    /// <summary>It has taken long enough.</summary>
    public void Cut()
    {
        _before.Cut();
        _after.Cut();
    }

    /// <summary>What came of it. Only when it is over, and once.</summary>
    public WhatIfReport Report()
    {
        DateTimeOffset? cut = _before.CutAt is null && _after.CutAt is null ? null : _before.Now < _after.Now ? _before.Now : _after.Now;
        var last = _before.Now > _after.Now ? _before.Now : _after.Now;
        var end = cut ?? (_before.EndsEarly && _after.EndsEarly ? last : _until);
        var before = _before.Outcomes(end);
        var after = ReferenceEquals(_before, _after) ? before : _after.Outcomes(end);
        var changes = ChangesOf(before, after, end);
        return new WhatIfReport
        {
            From = _from, Until = end, CutAt = cut,
            Before = before.Figures(null), After = after.Figures(null),
            Teams =
            [
                .. before.Teams.Union(after.Teams).OrderBy(t => t.Value, StringComparer.Ordinal)
                    .Select(t => new WhatIfTeam { Team = t, Before = before.Figures(t), After = after.Figures(t) }),
            ],
            Jobs = [.. changes.Take(_options.MaxJobs)], JobsChanged = changes.Count,
            NewJobs = _after.NewJobs(),
            Steps = _before.Steps + (ReferenceEquals(_before, _after) ? 0 : _after.Steps), Predicted = _before.Predicted, Pace = _options.ReviewPeriod.TotalSeconds,
        };
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
