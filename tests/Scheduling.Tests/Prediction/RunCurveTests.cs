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

    [Fact]
    public void An_edge_belongs_to_the_bucket_that_it_begins_and_a_second_to_the_first()
    {
        Assert.Equal(0, RunBuckets.Of(1));
        for (var bucket = 2; bucket < RunBuckets.Count; bucket++)
        {
            Assert.Equal(bucket, RunBuckets.Of(RunBuckets.Edge(bucket)));
            Assert.Equal(bucket - 1, RunBuckets.Of(Math.BitDecrement(RunBuckets.Edge(bucket))));
        }
    }

    [Fact]
    public void Of_two_kinds_the_half_is_over_when_the_shorter_is_and_beyond_the_longer_one_nothing_is_known()
    {
        var shares = new double[RunBuckets.Count];
        (shares[10], shares[20]) = (0.5, 0.5);
        var curve = new RunCurve(shares);
        Assert.Equal(RunBuckets.Edge(11), curve.Quantile(0.5, 0), 9);
        Assert.Equal((RunBuckets.Edge(20) + RunBuckets.Edge(21)) / 2, curve.Quantile(0.5, RunBuckets.Edge(15)), 9);
        var beyond = RunBuckets.Edge(30) * 1.01;
        Assert.Equal(0, curve.Longer(beyond));
        Assert.Equal(RunBuckets.Edge(31), curve.Quantile(0.5, beyond), 9);
        Assert.Equal(RunBuckets.Edge(RunBuckets.Count), curve.Turn(beyond));
    }

    [Fact]
    public void Where_it_pays_ever_less_to_go_on_each_bucket_stands_for_itself()
    {
        var shares = new double[RunBuckets.Count];
        var left = 1.0;
        for (var i = 0; i < shares.Length; i++)
            left -= shares[i] = 0.05 * left;
        var curve = new RunCurve(shares);
        for (var from = 1; from < RunBuckets.Count; from++)
            Assert.Equal(1, curve.Turn(RunBuckets.Edge(from) * 1.01) / PlainTurn(shares, from), 6);
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
