namespace Scheduling.Prediction;

/// <summary>
/// Predicts run times from what ended before: histories from everybody's down to the batch's, each blended with the one above it, so that
/// few runs move a little and many a lot. A history is 93 weights, whatever was learned; asking costs a walk over them. Deterministic:
/// the same runs in the same order give the same answers, also after <see cref="Restore"/>.
/// </summary>
public sealed class RuntimePredictor(PredictorLimits limits)
{
    /// <summary>How fast the levels behind p50 and p90 follow what came true.</summary>
    private const double Pace = 0.01;

    private static readonly double[] Prior = [.. Enumerable.Repeat(1.0 / RunBuckets.Count, RunBuckets.Count)];
    private readonly Dictionary<RunKey, RunHistory> _histories = [];
    private readonly Dictionary<RunFeatures, RunTrail> _trails = [];

    /// <summary>Histories that came or went.</summary>
    private long _changes;

    /// <summary>Those with runs that ended, the one used longest ago first.</summary>
    private readonly LinkedList<RunHistory> _byUse = new();

    private List<RunHistory> _counted = [];
    private long _stamp;
    private long _census;
    private double _level50 = 0.5;
    private double _level90 = 0.9;

    /// <summary>Histories kept.</summary>
    public int Histories => _byUse.Count;

    /// <summary>A job ran to its end.</summary>
    /// <param name="seconds">In all its attempts, as far as their work was kept.</param>
    public void Learn(in RunFeatures job, double seconds)
    {
        Calibrate(job, seconds);
        var trail = TrailOf(job);
        for (var depth = 0; depth < RunKey.Depths; depth++)
        {
            if ((trail.At(depth) ?? Add(trail, depth, job, most: int.MaxValue)) is not { } history)
                continue;
            history.Add(seconds, limits.HalveAt);
            Use(history);
        }
    }

    /// <summary>
    /// Tells how far the runs under way got: those that are longer than all that ended are evidence too. Replaces what an earlier census
    /// said. Not stored: whoever restores takes a census of what runs.
    /// </summary>
    public void Census(IEnumerable<(RunFeatures Job, double Ran)> running)
    {
        _census++;
        var counted = new List<RunHistory>(_counted.Count);
        foreach (var (job, ran) in running)
        {
            var trail = TrailOf(job);
            for (var depth = 0; depth < RunKey.Depths; depth++)
            {
                if ((trail.At(depth) ?? Add(trail, depth, job, most: 2 * limits.MaxHistories)) is not { } history)
                    continue;
                if (history.CountLive(ran, _census))
                    counted.Add(history);
            }
        }

        foreach (var history in _counted)
        {
            history.EndCensus(_census);
            if (history.Node is null && !history.HasLive)
                Forget(history.Key);
        }

        _counted = counted;
    }

    /// <summary>How long a job will run in all that ran so long already.</summary>
    public RuntimeForecast Forecast(in RunFeatures job, double ran)
    {
        var (curve, basis, runs) = CurveOf(job);
        return new RuntimeForecast(Within(job, ran, curve.Quantile(_level50, ran)), Within(job, ran, curve.Quantile(_level90, ran)), ran, basis, runs);
    }

    /// <summary>
    /// How urgent a job is that ran so long already: the seconds of service, at the best, for each job of its kind that ends. Least first;
    /// see <see cref="RunCurve.Turn"/>.
    /// </summary>
    public double Turn(in RunFeatures job, double ran) => Math.Max(1, Within(job, 0, CurveOf(job).Curve.Turn(ran)));

    public PredictorSnapshot Snapshot() => new()
    {
        Histories = [.. _byUse.Select(ToRecord)],
        Level50 = _level50,
        Level90 = _level90,
    };

    public static RuntimePredictor Restore(PredictorSnapshot snapshot, PredictorLimits limits)
    {
        var predictor = new RuntimePredictor(limits) { _level50 = snapshot.Level50, _level90 = snapshot.Level90 };
        foreach (var record in snapshot.Histories)
        {
            var history = predictor.FindOrAdd(new RunKey(record.Depth, record.Team, record.User, record.Name, record.Gpus, record.Batch));
            for (var i = 0; i < record.Buckets.Length; i++)
                history.Set(record.Buckets[i], record.Weights[i]);
            predictor.Use(history);
        }

        return predictor;
    }

    /// <summary>
    /// Asks before it learns: when fewer runs than promised end within p90, p90 claims more from now on (Gibbs and Candès, "Adaptive
    /// Conformal Inference Under Distribution Shift", 2021).
    /// </summary>
    private void Calibrate(in RunFeatures job, double seconds)
    {
        if (_histories.Count == 0)
            return;
        var (curve, _, _) = CurveOf(job);
        var below = 1 - curve.Longer(seconds);
        _level50 = Math.Clamp(_level50 + Pace * (below <= _level50 ? -0.5 : 0.5), 0.3, 0.8);
        _level90 = Math.Clamp(_level90 + Pace * (below <= _level90 ? -0.1 : 0.9), 0.75, 0.99);
    }

    private (RunCurve Curve, RunBasis Basis, double Runs) CurveOf(in RunFeatures job)
    {
        ReadOnlySpan<double> general = Prior;
        long stamp = 0;
        RunHistory? last = null;
        var basis = RunBasis.Nothing;
        double runs = 0;
        var trail = TrailOf(job);
        for (var depth = 0; depth < RunKey.Depths; depth++)
        {
            if (trail.At(depth) is not { } history)
                continue;
            if (!history.IsFresh(stamp))
                history.Blend(general, stamp, depth == RunKey.Depths - 1 ? limits.BlendBatch : limits.Blend, ++_stamp);
            general = history.Shares;
            stamp = history.Stamp;
            last = history;
            if (history.Total > 0)
                (basis, runs) = ((RunBasis)(depth + 1), history.Total);
        }

        return (last?.Curve ?? RunCurve.OfPrior(Prior), basis, runs);
    }

    /// <summary>No run goes on beyond its limit.</summary>
    private static double Within(in RunFeatures job, double ran, double seconds) =>
        double.IsNaN(job.Limit) ? seconds : Math.Max(ran, Math.Min(job.Limit, seconds));

    private RunHistory FindOrAdd(RunKey key)
    {
        if (!_histories.TryGetValue(key, out var history))
        {
            _histories.Add(key, history = new RunHistory(key));
            _changes++;
        }

        return history;
    }

    private void Forget(RunKey key)
    {
        if (_histories.Remove(key, out var history))
        {
            history.IsKept = false;
            _changes++;
        }
    }

    private RunTrail TrailOf(in RunFeatures job)
    {
        if (!_trails.TryGetValue(job, out var trail))
        {
            if (_trails.Count >= 2 * limits.MaxHistories)
                _trails.Clear();
            _trails.Add(job, trail = new RunTrail());
        }

        return trail.Refreshed(job, _histories, _changes);
    }

    /// <summary>The history of a depth, begun if it is not there and fewer than so many are; null: it may not be, or the job lacks what it asks for.</summary>
    private RunHistory? Add(RunTrail trail, int depth, in RunFeatures job, int most)
    {
        if (RunKey.At(depth, job) is not { } key || (_histories.Count >= most && !_histories.ContainsKey(key)))
            return null;
        var history = FindOrAdd(key);
        trail.Set(depth, history);
        return history;
    }

    private void Use(RunHistory history)
    {
        if (history.Node is { } node)
            _byUse.Remove(node);
        history.Node = _byUse.AddLast(history);
        while (_byUse.Count > limits.MaxHistories)
        {
            var oldest = _byUse.First!.Value;
            _byUse.RemoveFirst();
            oldest.Node = null;
            Forget(oldest.Key);
        }
    }

    private static RunHistoryRecord ToRecord(RunHistory history)
    {
        var buckets = new List<int>();
        var weights = new List<double>();
        for (var b = 0; b < RunBuckets.Count; b++)
        {
            if (history.Ended[b] == 0)
                continue;
            buckets.Add(b);
            weights.Add(history.Ended[b]);
        }

        return new RunHistoryRecord
        {
            Depth = history.Key.Depth, Team = history.Key.Team, User = history.Key.User, Name = history.Key.Name, Gpus = history.Key.Gpus,
            Batch = history.Key.Batch, Buckets = [.. buckets], Weights = [.. weights],
        };
    }
}
