namespace Scheduling.Prediction;

/// <summary>
/// One class of jobs as a distribution of run times, ready to be asked: which part is over by then, how long still, and how urgent.
/// Made from shares by bucket; never changes.
/// </summary>
public sealed class RunCurve
{
    // Part that runs longer than the edge, and how long the class runs on average up to that edge.
    private readonly double[] _longer = new double[RunBuckets.Count + 1];
    private readonly double[] _spent = new double[RunBuckets.Count + 1];
    private double[]? _turns;

    private static RunCurve? _prior;

    public RunCurve(ReadOnlySpan<double> shares)
    {
        _longer[0] = 1;
        for (var b = 0; b < RunBuckets.Count; b++)
        {
            _longer[b + 1] = Math.Max(0, _longer[b] - shares[b]);
            _spent[b + 1] = _spent[b] + RunBuckets.Width(b) * (_longer[b] + _longer[b + 1]) / 2;
        }
    }

    /// <summary>The curve of a constant, made once.</summary>
    internal static RunCurve OfPrior(ReadOnlySpan<double> prior) => _prior ??= new RunCurve(prior);

    /// <summary>Part of the class that runs longer than this.</summary>
    public double Longer(double seconds)
    {
        var bucket = RunBuckets.Of(seconds);
        var into = Math.Clamp((seconds - RunBuckets.Edge(bucket)) / RunBuckets.Width(bucket), 0, 1);
        return _longer[bucket] + into * (_longer[bucket + 1] - _longer[bucket]);
    }

    /// <summary>The total run time that this part (0..1) of those that got as far as <paramref name="ran"/> does not exceed.</summary>
    public double Quantile(double part, double ran)
    {
        var target = Longer(ran) * (1 - part);
        var bucket = RunBuckets.Of(ran);
        while (bucket < RunBuckets.Count - 1 && _longer[bucket + 1] > target)
            bucket++;
        var within = _longer[bucket] - _longer[bucket + 1];
        var into = within <= 0 ? 1 : Math.Clamp((_longer[bucket] - target) / within, 0, 1);
        return Math.Max(ran, RunBuckets.Edge(bucket) + into * RunBuckets.Width(bucket));
    }

    /// <summary>
    /// Seconds of service for each job that ends, at the best: the inverse of the Gittins index after so much attained service (J. C.
    /// Gittins, "Bandit Processes and Dynamic Allocation Indices", 1979). Least first is the order with the least mean completion
    /// time on one machine, when nothing but the distribution is known.
    /// </summary>
    public double Turn(double ran) => (_turns ??= MakeTurns())[RunBuckets.Of(ran)];

    /// <summary>
    /// From each edge the steepest way to a later point of (service spent, part that ended): the next corner of the upper hull of
    /// all later points, kept as a stack from the far end.
    /// </summary>
    private double[] MakeTurns()
    {
        var turns = new double[RunBuckets.Count + 1];
        Span<int> hull = stackalloc int[RunBuckets.Count + 1];
        var top = 0;
        hull[top] = RunBuckets.Count;
        for (var b = RunBuckets.Count - 1; b >= 0; b--)
        {
            while (top > 0 && Rate(b, hull[top - 1]) >= Rate(b, hull[top]))
                top--;
            var rate = Rate(b, hull[top]);
            turns[b] = rate > 0 ? 1 / rate : RunBuckets.Edge(RunBuckets.Count);
            hull[++top] = b;
        }

        turns[RunBuckets.Count] = turns[RunBuckets.Count - 1];
        return turns;
    }

    private double Rate(int from, int to)
    {
        var spent = _spent[to] - _spent[from];
        return spent <= 0 ? 0 : (_longer[from] - _longer[to]) / spent;
    }
}
