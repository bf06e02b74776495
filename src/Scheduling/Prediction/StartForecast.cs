namespace Scheduling.Prediction;

/// <summary>
/// When a waiting job is likely to start: when the GPUs that end by then make up for those that must be free. Kept by the pool: told of
/// what starts and ends, sorted anew only when somebody asks after a change, and then answered by a binary search. It counts GPUs, not
/// nodes, so it is an estimate and never a promise.
/// </summary>
/// <param name="lookEvery">Seconds after which forecasts of running jobs are asked for again, though nothing started or ended.</param>
/// <param name="atMostEvery">And not before so many have passed, whatever started or ended: each time costs a look at every running job.</param>
public sealed class StartForecast(long lookEvery = 60, long atMostEvery = 0)
{
    private readonly Dictionary<long, Running> _running = [];
    private readonly List<(double At, double Gpus)> _p50 = [];
    private readonly List<(double At, double Gpus)> _p90 = [];
    private readonly List<(double At, int Gpus, long Id)> _ends = [];
    private long _madeAt = long.MinValue;
    private bool _stale = true;
    private bool _endsSorted;
    private bool _waitsSorted;

    /// <summary>Running jobs it knows of.</summary>
    public int Count => _running.Count;

    /// <param name="id">The caller's number for this run.</param>
    /// <param name="ran">Seconds that its earlier attempts ran.</param>
    public void Started(long id, in RunFeatures job, double ran, long now)
    {
        _running[id] = new Running(job, ran, now);
        _stale = true;
    }

    public void Ended(long id) => _stale |= _running.Remove(id);

    /// <summary>Seconds from now until the job may start, half of the time and nine times in ten.</summary>
    /// <param name="gpus">Of the whole gang.</param>
    /// <param name="free">GPUs that are free now and that it could use.</param>
    /// <param name="aheadGpuSeconds">
    /// GPU time of those before it in the order: its size times its expected run, for each (0 when they are passed over).
    /// </param>
    /// <param name="total">GPUs of the pool.</param>
    public StartEstimate Estimate(RuntimePredictor predictor, int gpus, long free, double aheadGpuSeconds, long total, long now)
    {
        Refresh(predictor, now);
        if (!_waitsSorted)
        {
            Accumulate(_p50);
            Accumulate(_p90);
            _waitsSorted = true;
        }

        // Those ahead take their GPU time first: as if the whole pool worked it off before this job's turn.
        var behind = total <= 0 ? 0 : aheadGpuSeconds / total;
        var p50 = behind + WaitFor(_p50, gpus - free);
        var p90 = 2 * behind + WaitFor(_p90, gpus - free);
        return new StartEstimate(p50, Math.Max(p50, p90));
    }

    /// <summary>Running jobs by when they are likely to have ended, the smaller first of equals; those that ended since are among them for a moment.</summary>
    public IEnumerable<long> InOrderOfEnds(RuntimePredictor predictor, long now)
    {
        Refresh(predictor, now);
        if (!_endsSorted)
        {
            _ends.Sort(static (x, y) => x.At != y.At ? x.At.CompareTo(y.At) : x.Gpus != y.Gpus ? x.Gpus - y.Gpus : x.Id.CompareTo(y.Id));
            _endsSorted = true;
        }

        return _ends.Select(e => e.Id);
    }

    private void Refresh(RuntimePredictor predictor, long now)
    {
        var age = _madeAt == long.MinValue ? long.MaxValue : now - _madeAt;
        if (_stale ? age < atMostEvery : age < lookEvery)
            return;
        _ends.Clear();
        _p50.Clear();
        _p90.Clear();
        foreach (var (id, running) in _running)
        {
            var ran = running.Ran + now - running.Since;
            var forecast = predictor.Forecast(running.Job, ran);
            _ends.Add((forecast.P50Left, running.Job.Gpus, id));
            _p50.Add((forecast.P50Left, running.Job.Gpus));
            _p90.Add((forecast.P90Left, running.Job.Gpus));
        }

        (_endsSorted, _waitsSorted) = (false, false);
        _madeAt = now;
        _stale = false;
    }

    /// <summary>In order of time, the GPUs that are free by then: each entry holds the sum up to itself.</summary>
    private static void Accumulate(List<(double At, double Gpus)> ends)
    {
        ends.Sort(static (x, y) => x.At.CompareTo(y.At));
        double sum = 0;
        for (var i = 0; i < ends.Count; i++)
        {
            sum += ends[i].Gpus;
            ends[i] = (ends[i].At, sum);
        }
    }

    private static double WaitFor(List<(double At, double Gpus)> ends, double missing)
    {
        if (missing <= 0)
            return 0;
        int low = 0, high = ends.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (ends[middle].Gpus < missing)
                low = middle + 1;
            else
                high = middle;
        }

        return low < ends.Count ? ends[low].At : double.PositiveInfinity;
    }

    private readonly record struct Running(RunFeatures Job, double Ran, long Since);
}

/// <summary>Seconds until a job starts; infinite when all that runs would not free enough.</summary>
public readonly record struct StartEstimate(double P50, double P90);
