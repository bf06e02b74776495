namespace Scheduling.Prediction;

/// <summary>
/// Run times in buckets whose edges grow by a fourth root of two (19 %), from one second to 97 days: fine enough for order and
/// start times, and few enough to walk.
/// </summary>
public static class RunBuckets
{
    /// <summary>How many there are; the last takes all that is longer.</summary>
    public const int Count = 93;
    private static readonly double[] Edges = MakeEdges();

    /// <summary>Where bucket <paramref name="bucket"/> begins; that of <see cref="Count"/> is where the last one ends.</summary>
    public static double Edge(int bucket) => Edges[bucket];

    /// <summary>Seconds between a bucket's edges.</summary>
    public static double Width(int bucket) => Edges[bucket + 1] - Edges[bucket];

    /// <summary>The bucket of a run time.</summary>
    public static int Of(double seconds)
    {
        if (!(seconds > 1))
            return 0;
        var bucket = Math.Min(Count - 1, (int)(Math.Log2(seconds) * 4) + 1);

        // The logarithm may round across an edge.
        if (seconds < Edges[bucket])
            bucket--;
        else if (bucket < Count - 1 && seconds >= Edges[bucket + 1])
            bucket++;
        return bucket;
    }

    private static double[] MakeEdges()
    {
        var edges = new double[Count + 1];
        for (var i = 1; i <= Count; i++)
            edges[i] = Math.Pow(2, (i - 1) / 4.0);
        return edges;
    }
}
