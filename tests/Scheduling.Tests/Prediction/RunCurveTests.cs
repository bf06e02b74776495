using Scheduling.Prediction;
using Xunit;

namespace Scheduling.Tests.Prediction;

public sealed class RunCurveTests
{
    [Fact]
    public void Turns_are_the_steepest_way_to_a_later_point_for_any_shares()
    {
        var random = new Random(5);
        for (var round = 0; round < 200; round++)
        {
            var shares = new double[RunBuckets.Count];
            for (var i = 0; i < shares.Length; i++)
                shares[i] = random.Next(4) == 0 ? Math.Pow(random.NextDouble(), 3) : 0;
            shares[random.Next(shares.Length)] += 0.01;
            var sum = shares.Sum();
            for (var i = 0; i < shares.Length; i++)
                shares[i] /= sum;
            var curve = new RunCurve(shares);
            for (var from = 0; from < RunBuckets.Count; from++)
            {
                var wanted = PlainTurn(shares, from);
                if (wanted < 1e12)
                    Assert.Equal(1, curve.Turn(from == 0 ? 0 : RunBuckets.Edge(from) * 1.01) / wanted, 6);
            }
        }
    }

    [Fact]
    public void Every_time_falls_into_the_bucket_whose_edges_are_around_it()
    {
        for (var bucket = 1; bucket < RunBuckets.Count; bucket++)
        {
            Assert.Equal(bucket, RunBuckets.Of(RunBuckets.Edge(bucket) * 1.001));
            Assert.Equal(bucket - 1, RunBuckets.Of(RunBuckets.Edge(bucket) * 0.999));
        }

        Assert.Equal(0, RunBuckets.Of(0));
        Assert.Equal(RunBuckets.Count - 1, RunBuckets.Of(1e12));
    }

    /// <summary>Tries every later point.</summary>
    private static double PlainTurn(double[] shares, int from)
    {
        var best = double.PositiveInfinity;
        double longer = 1;
        for (var b = 0; b < from; b++)
            longer -= shares[b];
        double ended = 0, spent = 0;
        for (var to = from; to < shares.Length; to++)
        {
            spent += RunBuckets.Width(to) * (longer + longer - shares[to]) / 2;
            longer -= shares[to];
            ended += shares[to];
            if (ended > 1e-9)
                best = Math.Min(best, spent / ended);
        }

        return best;
    }
}
