using Scheduling.Model;
using Scheduling.Order;
using Scheduling.Prediction;

namespace Scheduling.Pools;

/// <content>
/// How long attempts are expected to run, learned from those that ended: it decides their place among equals, what may be backfilled,
/// and when what they hold will be free.
/// </content>
public sealed partial class PoolMachine
{
    /// <summary>Waiting attempts, first in order, that are given new keys at one look.</summary>
    private const int MaxRekeyed = 5000;

    private static readonly PredictorLimits PredictorLimits = new();
    private readonly IOrderPolicy _policy;
    private readonly RunBook _runs = new();
    private readonly StartForecast _forecast = new(lookEvery: 60, atMostEvery: 5);

    /// <summary>The same for reservations: of its own, so that nobody who only asks changes what is decided.</summary>
    private readonly StartForecast _planned = new(lookEvery: 60, atMostEvery: 5);
    private readonly Dictionary<long, PoolAttempt> _foreseen = [];
    private RuntimePredictor _predictor = new(PredictorLimits);
    private RunBatches _batches = new(PredictorLimits);
    private DateTimeOffset _lookedAt;

    private static long SecondsOf(DateTimeOffset time) => time.ToUnixTimeSeconds();

    /// <summary>When a running attempt ends in half of all cases, and in nine of ten; null: it is not known to end.</summary>
    private (DateTimeOffset? P50, DateTimeOffset? P90) EndsOf(PoolAttempt attempt)
    {
        if (IsEndless(attempt.Spec))
        {
            return (null, null);
        }

        var forecast = _predictor.Forecast(attempt.Features, RanBy(attempt, _clock));
        return (_clock.AddSeconds(forecast.P50Left), _clock.AddSeconds(forecast.P90Left));
    }

    /// <summary>A service's replicas, and workers that stay as long as nobody wants their place: nobody knows that they end.</summary>
    private static bool IsEndless(JobSpec spec) => spec.IsOpportunistic || spec.Origin?.Kind == OriginKind.Replica;

    private static double RanBy(PoolAttempt attempt, DateTimeOffset now) => attempt.RanBefore
        + (attempt.Stage == AttemptStage.Running && now > attempt.CommittedAt ? (now - attempt.CommittedAt).TotalSeconds : 0);

    /// <summary>The entry of an attempt that joins the queue: with what was known of it then, so that reading it back gives the same order.</summary>
    private PoolEntry Enqueued(AttemptId id, JobSpec spec, DateTimeOffset submittedAt)
    {
        var earlier = _runs.Of(id.Job);
        var features = FeaturesOf(spec);
        features = features with { Batch = BatchOf(id, features, _clock) };
        TimeSpan? most = IsEndless(spec) ? null : TimeSpan.FromSeconds(Math.Ceiling(Math.Max(1, _predictor.Forecast(features, earlier.Seconds).P90Left)));
        return new PoolEntry
        {
            Kind = PoolEntryKind.Enqueued, Attempt = id, Spec = spec, SubmittedAt = submittedAt, Batch = features.Batch, ExpectedAtMost = most,
            Key = KeyOf(features, earlier.Seconds, submittedAt),
        };
    }

    /// <summary>Jobs that come back are not counted as arriving again.</summary>
    private long BatchOf(AttemptId id, in RunFeatures features, DateTimeOffset now) => id.Number == 1 ? _batches.Arrived(features, SecondsOf(now)) : 0;

    /// <summary>From now on what it holds is expected back.</summary>
    private void Foresee(PoolAttempt attempt)
    {
        if (attempt.Stage == AttemptStage.Running && !IsEndless(attempt.Spec))
        {
            _forecast.Started(attempt.Plan, attempt.Features, attempt.RanBefore, SecondsOf(attempt.CommittedAt));
            _planned.Started(attempt.Plan, attempt.Features, attempt.RanBefore, SecondsOf(attempt.CommittedAt));
            _foreseen[attempt.Plan] = attempt;
        }
    }

    private static RunFeatures FeaturesOf(JobSpec spec) => RunFeatures.Of(
        (spec.Quota.Parent ?? spec.Quota).Value, spec.User, spec.Name, (int)((spec.TotalGpuMilli + WorkerShape.WholeGpu - 1) / WorkerShape.WholeGpu),
        spec.TimeLimit?.TotalSeconds ?? double.NaN);

    /// <summary>The policy's key in milliseconds, so that it can be compared and stored as one number.</summary>
    private long KeyOf(in RunFeatures features, double ran, DateTimeOffset submittedAt)
    {
        const long Level = 1L << 60;
        var waited = _clock > submittedAt ? _clock - submittedAt : TimeSpan.Zero;
        var key = _policy.KeyOf(new WaitingJob(
            0, features.Gpus, SecondsOf(submittedAt), ran, _predictor.Forecast(features, ran).P50Left, _predictor.Turn(features, ran),
            _policy.Turns is { } rule && waited.TotalSeconds >= rule.AgedAfter));
        return (key.Level * Level) + (long)Math.Clamp(key.Value * 1000, -1e17, 1e17);
    }

    /// <summary>Takes into account how far everybody got, and gives the first of those that wait their places anew.</summary>
    private void LookAround()
    {
        if (_policy.Turns is not { } rule || (Now - _lookedAt).TotalSeconds < rule.LookEvery)
        {
            return;
        }

        _lookedAt = Now;
        _clock = Now;
        _predictor.Census(_active.InOrder.Where(a => a.Stage == AttemptStage.Running && !IsEndless(a.Spec)).Select(a => (a.Features, RanBy(a, Now))));
        foreach (var attempt in _queue.InOrder().Take(MaxRekeyed).ToList())
        {
            var key = KeyOf(attempt.Features, attempt.RanBefore, attempt.SubmittedAt);
            if (key != attempt.Key)
            {
                _queue.Rekey(attempt, key);
            }
        }
    }

    /// <summary>An attempt that ran is over. Its run is one more to learn from, unless the job comes back to go on with it.</summary>
    private void Ran(PoolAttempt attempt, bool comesBack)
    {
        _forecast.Ended(attempt.Plan);
        _planned.Ended(attempt.Plan);
        _foreseen.Remove(attempt.Plan);
        var seconds = Math.Max(0, (Now - attempt.CommittedAt).TotalSeconds);
        if (comesBack)
        {
            _runs.Add(attempt.Id.Job, seconds, gaveWay: attempt.EvictedFor is not null);
            return;
        }

        _runs.Forget(attempt.Id.Job);
        if (!IsEndless(attempt.Spec))
        {
            _predictor.Learn(attempt.Features, Math.Max(1, attempt.RanBefore + seconds));
        }
    }

    private void RestorePredictions(PoolSnapshot snapshot)
    {
        _lookedAt = snapshot.LookedAt;
        _runs.Restore(snapshot.EarlierRuns);
        if (snapshot.Predictor is { } predictor)
        {
            _predictor = RuntimePredictor.Restore(predictor, PredictorLimits);
        }

        if (snapshot.Batches is { } batches)
        {
            _batches = RunBatches.Restore(batches, PredictorLimits);
        }
    }

    private double WorkOf(PoolAttempt attempt) =>
        IsEndless(attempt.Spec) ? 0 : attempt.Features.Gpus * _predictor.Forecast(attempt.Features, attempt.RanBefore).P50Left;
}
