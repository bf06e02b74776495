namespace Scheduling.Prediction;

/// <summary>Whose history: what is not asked for at its depth is empty.</summary>
internal readonly record struct RunKey(int Depth, string Team, string User, string Name, int Gpus, long Batch)
{
    public const int Depths = 6;

    /// <summary>The key at this depth; null when the job lacks what it asks for.</summary>
    public static RunKey? At(int depth, in RunFeatures job) => depth switch
    {
        0 => new RunKey(0, "", "", "", 0, 0),
        1 => job.Team.Length == 0 ? null : new RunKey(1, job.Team, "", "", 0, 0),
        2 => new RunKey(2, job.Team, "", "", job.Gpus, 0),
        3 => job.User.Length == 0 ? null : new RunKey(3, job.Team, job.User, "", job.Gpus, 0),
        4 => job.Name.Length == 0 ? null : new RunKey(4, job.Team, job.User, job.Name, job.Gpus, 0),
        _ => job.Batch == 0 ? null : new RunKey(5, job.Team, job.User, job.Name, job.Gpus, job.Batch),
    };
}

/// <summary>Run times of one class of jobs: weights by bucket, of runs that ended and of runs that are under way.</summary>
internal sealed class RunHistory(RunKey key)
{
    private readonly double[] _ended = new double[RunBuckets.Count];
    private double[]? _live;
    private long _census;
    private RunCurve? _curve;
    private long _blendVersion;
    private long _blendGeneral;

    public RunKey Key { get; } = key;

    /// <summary>False once it was forgotten.</summary>
    public bool IsKept { get; set; } = true;

    public double Total { get; private set; }

    /// <summary>Grows with every change.</summary>
    public long Version { get; private set; }

    /// <summary>The blend with its more general histories; see <see cref="IsFresh"/>.</summary>
    public double[]? Shares { get; private set; }

    /// <summary>Different for every blend that was ever made.</summary>
    public long Stamp { get; private set; }

    public RunCurve Curve => _curve ??= new RunCurve(Shares);

    public ReadOnlySpan<double> Ended => _ended;

    /// <summary>Its place among those that may be forgotten; null while it has no run that ended.</summary>
    public LinkedListNode<RunHistory>? Node { get; set; }

    /// <summary>Was the blend made from what this history is now, and from that blend of the general one?</summary>
    public bool IsFresh(long generalStamp) => Shares is not null && _blendVersion == Version && _blendGeneral == generalStamp;

    public void Add(double seconds, double halveAt)
    {
        Set(RunBuckets.Of(seconds), 1);
        if (Total < halveAt)
            return;
        for (var b = 0; b < _ended.Length; b++)
            _ended[b] /= 2;
        Total /= 2;
    }

    public void Set(int bucket, double weight)
    {
        _ended[bucket] += weight;
        Total += weight;
        Version++;
    }

    public bool HasLive => _live is not null;

    /// <summary>Counts a run that is under way and got this far; true for the first of a census.</summary>
    public bool CountLive(double ran, long census)
    {
        _live ??= new double[RunBuckets.Count];
        var first = _census != census;
        if (first)
        {
            Array.Clear(_live);
            _census = census;
            Version++;
        }

        _live[RunBuckets.Of(ran)]++;
        return first;
    }

    /// <summary>Forgets the runs that were under way at an earlier census.</summary>
    public void EndCensus(long census)
    {
        if (_live is null || _census == census)
            return;
        _live = null;
        Version++;
    }

    /// <summary>
    /// Shares by bucket: this history and so many runs of the general one. Runs under way count as not yet ended (the estimator of Kaplan
    /// and Meier, 1958): without them the short ones, which end first, would be taken for all.
    /// </summary>
    public void Blend(ReadOnlySpan<double> general, long generalStamp, double weight, long stamp)
    {
        var shares = Shares ??= new double[RunBuckets.Count];
        var atRisk = Total + weight;
        foreach (var live in _live ?? [])
            atRisk += live;
        var left = 1.0;
        for (var b = 0; b < shares.Length; b++)
        {
            var ends = _ended[b] + weight * general[b];
            var live = _live?[b] ?? 0;
            var risk = atRisk - live / 2;
            shares[b] = left * (risk <= 1e-9 ? 1 : Math.Min(1, ends / risk));
            left -= shares[b];
            atRisk -= ends + live;
        }

        shares[^1] += Math.Max(0, left);
        _curve = null;
        _blendVersion = Version;
        _blendGeneral = generalStamp;
        Stamp = stamp;
    }
}
