using Scheduling.Prediction;
using Xunit;

namespace Scheduling.Tests.Prediction;

public sealed class RuntimePredictorTests
{
    private static readonly PredictorLimits Limits = new();

    private static RunFeatures Job(string user, string name = "", int gpus = 1, double limit = double.NaN, long batch = 0) =>
        RunFeatures.Of("team", user, name, gpus, limit, batch);

    [Fact]
    public void Without_history_run_times_spread_over_the_orders_of_magnitude()
    {
        var forecast = new RuntimePredictor(Limits).Forecast(Job("ann"), 0);
        Assert.Equal(RunBasis.Nothing, forecast.Basis);
        Assert.InRange(forecast.P50, 60, 100_000);
        Assert.True(forecast.P90 > 10 * forecast.P50);
    }

    [Fact]
    public void Quantiles_follow_a_twin_that_keeps_every_run()
    {
        var random = new Random(7);
        var predictor = new RuntimePredictor(Limits with { HalveAt = 1e9, Blend = 0.01 });
        var twin = new List<double>();
        for (var i = 0; i < 5_000; i++)
        {
            // Log-normal, like real run times.
            var gauss = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            var seconds = Math.Exp(7 + 1.5 * gauss);
            twin.Add(seconds);
            predictor.Learn(Job("ann"), seconds);
        }

        foreach (var ran in new double[] { 0, 100, 1_000, 10_000 })
        {
            var longer = twin.Where(t => t > ran).Order().ToList();
            var forecast = predictor.Forecast(Job("ann"), ran);

            // Calibration moves the level a little, a bucket is 19 % wide.
            Assert.InRange(forecast.P50, longer[(int)(longer.Count * 0.42)] / 1.2, longer[(int)(longer.Count * 0.58)] * 1.2);
            Assert.InRange(forecast.P90, longer[(int)(longer.Count * 0.85)] / 1.2, longer[(int)(longer.Count * 0.95)] * 1.2);
        }
    }

    [Fact]
    public void A_users_name_tells_more_than_the_team_does_and_digits_do_not_count()
    {
        var predictor = new RuntimePredictor(Limits);
        for (var i = 0; i < 200; i++)
        {
            predictor.Learn(Job("bob"), 36_000);
            predictor.Learn(Job("ann", $"smoke-{i}"), 60);
        }

        var forecast = predictor.Forecast(Job("ann", "smoke-999"), 0);
        Assert.Equal(RunBasis.Name, forecast.Basis);
        Assert.InRange(forecast.P50, 40, 90);
        Assert.InRange(predictor.Forecast(Job("bob"), 0).P50, 25_000, 50_000);
    }

    [Fact]
    public void A_run_that_outlived_its_kind_is_expected_to_go_on_for_long()
    {
        var predictor = new RuntimePredictor(Limits);
        for (var i = 0; i < 100; i++)
            predictor.Learn(Job("ann"), i % 20 == 0 ? 20_000 : 60);
        Assert.InRange(predictor.Forecast(Job("ann"), 0).P50, 40, 90);
        Assert.True(predictor.Forecast(Job("ann"), 600).P50Left > 5_000);
        Assert.True(predictor.Turn(Job("ann"), 600) > 50 * predictor.Turn(Job("ann"), 0));
    }

    [Fact]
    public void No_prediction_goes_beyond_the_time_limit()
    {
        var predictor = new RuntimePredictor(Limits);
        for (var i = 0; i < 50; i++)
            predictor.Learn(Job("ann"), 100_000);
        var forecast = predictor.Forecast(Job("ann", limit: 3_600), 0);
        Assert.Equal(3_600, forecast.P50);
        Assert.Equal(3_600, forecast.P90);
    }

    [Fact]
    public void Runs_under_way_count_as_longer_than_all_that_ended_sooner()
    {
        var predictor = new RuntimePredictor(Limits);
        var job = Job("ann", batch: 1);
        for (var i = 0; i < 5; i++)
            predictor.Learn(job, 1_000);
        var before = predictor.Forecast(job, 0).P90;
        predictor.Census(Enumerable.Repeat((job, 50_000.0), 15));
        Assert.True(predictor.Forecast(job, 0).P90 > 10 * before);
        predictor.Census([]);
        Assert.Equal(before, predictor.Forecast(job, 0).P90);
    }

    [Fact]
    public void Histories_are_bounded_and_those_used_longest_ago_go_first()
    {
        var predictor = new RuntimePredictor(Limits with { MaxHistories = 50 });
        for (var i = 0; i < 1_000; i++)
            predictor.Learn(Job($"user{i}", "train"), 100);
        Assert.Equal(50, predictor.Histories);
        Assert.Equal(RunBasis.Name, predictor.Forecast(Job("user999", "train"), 0).Basis);
        Assert.Equal(RunBasis.TeamAndGpus, predictor.Forecast(Job("user0", "train"), 0).Basis);
    }

    [Fact]
    public void What_was_restored_answers_and_learns_as_the_original_does()
    {
        var random = new Random(3);
        var original = new RuntimePredictor(Limits with { MaxHistories = 40, HalveAt = 30 });
        Learn(original, random, 500);
        var restored = RuntimePredictor.Restore(original.Snapshot(), Limits with { MaxHistories = 40, HalveAt = 30 });
        for (var round = 0; round < 20; round++)
        {
            var seed = random.Next();
            Learn(original, new Random(seed), 5);
            Learn(restored, new Random(seed), 5);
            for (var user = 0; user < 12; user++)
            {
                Assert.Equal(original.Forecast(Job($"u{user}", "a", 2), round * 100), restored.Forecast(Job($"u{user}", "a", 2), round * 100));
                Assert.Equal(original.Turn(Job($"u{user}"), round), restored.Turn(Job($"u{user}"), round));
            }
        }

        static void Learn(RuntimePredictor predictor, Random random, int runs)
        {
            for (var i = 0; i < runs; i++)
                predictor.Learn(Job($"u{random.Next(12)}", random.Next(3) == 0 ? "a" : "", random.Next(1, 4)), Math.Pow(10, 6 * random.NextDouble()));
        }
    }

    [Fact]
    public void Nine_in_ten_end_within_p90_even_when_the_work_changes()
    {
        var random = new Random(11);
        var predictor = new RuntimePredictor(Limits);
        int within = 0, asked = 0;
        for (var i = 0; i < 6_000; i++)
        {
            // The scale drifts by a factor of a thousand and back.
            var seconds = 100 * Math.Pow(1_000, Math.Abs(Math.Sin(i / 1_000.0))) * (0.2 + 2 * random.NextDouble());
            if (i > 200)
            {
                asked++;
                within += seconds <= predictor.Forecast(Job("ann"), 0).P90 ? 1 : 0;
            }

            predictor.Learn(Job("ann"), seconds);
        }

        Assert.InRange((double)within / asked, 0.85, 0.95);
    }

    [Fact]
    public void A_history_that_is_not_blended_stands_for_itself()
    {
        var predictor = new RuntimePredictor(Limits with { Blend = 0 });
        for (var i = 0; i < 3; i++)
            predictor.Learn(Job("ann"), 100);
        var forecast = predictor.Forecast(Job("ann"), 0);
        Assert.InRange(forecast.P50, 90, 108);
        Assert.InRange(forecast.P90, forecast.P50, 108);
        Assert.InRange(predictor.Turn(Job("ann"), 0), 90, 108);
    }

    [Fact]
    public void What_runs_for_longer_than_all_that_can_be_told_apart_ends_within_the_last_bucket()
    {
        var predictor = new RuntimePredictor(Limits);
        predictor.Learn(Job("ann"), 100);
        predictor.Census(Enumerable.Repeat((Job("ann"), 1e9), 100));
        var forecast = predictor.Forecast(Job("ann"), 0);
        Assert.InRange(forecast.P90, RunBuckets.Edge(RunBuckets.Count - 1), RunBuckets.Edge(RunBuckets.Count) - 1);
    }

    [Fact]
    public void Who_ends_just_when_promised_has_kept_the_promise()
    {
        var predictor = new RuntimePredictor(Limits with { Blend = 0 });
        predictor.Learn(Job("ann"), 0.5);
        predictor.Learn(Job("ann"), 0.5);
        Assert.Equal(0.495, predictor.Snapshot().Level50, 12);
        predictor = new RuntimePredictor(Limits with { Blend = 0 });
        predictor.Learn(Job("ann"), 0.9);
        predictor.Learn(Job("ann"), 0.9);
        Assert.Equal(0.899, predictor.Snapshot().Level90, 12);
    }

    [Fact]
    public void Of_a_history_only_the_buckets_that_have_runs_are_stored()
    {
        var predictor = new RuntimePredictor(Limits);
        foreach (var seconds in new[] { 10, 1_000, 10 })
            predictor.Learn(Job("ann"), seconds);
        var stored = predictor.Snapshot().Histories;
        Assert.Equal([0, 1, 2, 3], stored.Select(h => h.Depth));
        Assert.All(stored, h => Assert.Equal([RunBuckets.Of(10), RunBuckets.Of(1_000)], h.Buckets));
        Assert.All(stored, h => Assert.Equal([2.0, 1.0], h.Weights));
    }

    [Fact]
    public void A_long_name_counts_as_far_as_its_first_letters_go()
    {
        var letters = new string('x', 64);
        Assert.Equal(letters, RunFeatures.Of("t", "u", letters + "yz", 1).Name);
        Assert.Equal(letters, RunFeatures.Of("t", "u", "12" + letters, 1).Name);
    }

    [Fact]
    public void Jobs_that_come_close_together_are_one_batch()
    {
        var batches = new RunBatches(Limits);
        var first = batches.Arrived(Job("ann"), 1_000);
        Assert.Equal(first, batches.Arrived(Job("ann"), 1_000 + Limits.BatchGap));
        Assert.NotEqual(first, batches.Arrived(Job("ann", gpus: 2), 1_001));
        Assert.NotEqual(first, batches.Arrived(Job("ann"), 1_002 + 2 * Limits.BatchGap));
        var restored = RunBatches.Restore(batches.Snapshot(), Limits);
        Assert.Equal(batches.Arrived(Job("ann"), 10_000), restored.Arrived(Job("ann"), 10_000));
    }
}
