using Scheduling.Model;

namespace Scheduling.Pools;

/// <content>What a simulated run asks beside what a pool's grain asks.</content>
public sealed partial class PoolMachine
{
    /// <summary>Somebody waits or is promised something: time alone may change what is decided.</summary>
    internal bool WaitsForTime => Pending > 0 || _promises.Count > 0;

    /// <summary>When <see cref="Advance"/> has something to do next.</summary>
    internal DateTimeOffset NextTick
    {
        get
        {
            var next = _sharesAt + SharePeriod;
            if (_policy.Turns is { } rule && _lookedAt.AddSeconds(rule.LookEvery) is var look && look < next)
            {
                next = look;
            }

            return _ageing.TryPeek(out _, out var due) && due < next ? due : next;
        }
    }

    /// <summary>How long such a job is likely to run in all, given that it ran so long and had not ended; null: nobody knows that it ends.</summary>
    internal TimeSpan? LikelyRun(JobSpec spec, TimeSpan ran) =>
        IsEndless(spec) ? null : TimeSpan.FromSeconds(Math.Ceiling(Math.Max(1, _predictor.Forecast(FeaturesOf(spec), ran.TotalSeconds).P50)));

    /// <summary>The same of an attempt that is there.</summary>
    internal TimeSpan? LikelyRun(PoolAttempt attempt, TimeSpan ran) =>
        IsEndless(attempt.Spec) ? null : TimeSpan.FromSeconds(Math.Ceiling(Math.Max(1, _predictor.Forecast(attempt.Features, ran.TotalSeconds).P50)));
}
