using Scheduling.Prediction;
using Xunit;

namespace Scheduling.Tests.Prediction;

public sealed class StartForecastTests
{
    private static readonly RunFeatures Job = new("team", "ann", "train", 8);

    [Fact]
    public void What_fits_and_has_nobody_before_it_starts_now() =>
        Assert.Equal(new StartEstimate(0, 0), new StartForecast().Estimate(Trained(), 8, free: 8, 0, 64, 0));

    [Fact]
    public void A_job_starts_when_enough_of_those_that_run_are_likely_to_have_ended()
    {
        var forecast = new StartForecast();
        for (var i = 0; i < 8; i++)
            forecast.Started(i, Job, 0, now: -400 * i);
        var one = forecast.Estimate(Trained(), 8, 0, 0, 64, 0);
        var all = forecast.Estimate(Trained(), 64, 0, 0, 64, 0);
        Assert.InRange(one.P50, 100, 1_200);
        Assert.InRange(all.P50, 3_000, 4_500);
        Assert.True(one.P90 >= one.P50 && all.P90 >= all.P50);
        Assert.True(double.IsPositiveInfinity(forecast.Estimate(Trained(), 65, 0, 0, 64, 0).P50));
    }

    [Fact]
    public void Ends_and_work_ahead_move_the_start()
    {
        var forecast = new StartForecast();
        forecast.Started(1, Job, 0, now: 0);
        forecast.Started(2, Job, 0, now: -3_000);
        var before = forecast.Estimate(Trained(), 8, 0, 0, 16, 0);
        Assert.True(forecast.Estimate(Trained(), 8, 0, 16 * 500, 16, 0).P50 >= before.P50 + 499);
        forecast.Ended(2);
        Assert.True(forecast.Estimate(Trained(), 8, 0, 0, 16, 0).P50 > before.P50);
        Assert.Equal(1, forecast.Count);
    }

    [Fact]
    public void Who_starts_while_another_ends_is_counted_at_once()
    {
        var forecast = new StartForecast(lookEvery: 1_000);
        forecast.Started(1, Job, 0, now: -3_000);
        var before = forecast.Estimate(Trained(), 8, 0, 0, 16, 0);
        forecast.Started(2, Job, 0, now: 0);
        forecast.Ended(1);
        Assert.True(forecast.Estimate(Trained(), 8, 0, 0, 16, 0).P50 > before.P50 + 1_000);
        Assert.Equal([2L], forecast.InOrderOfEnds(Trained(), 0));
    }

    [Fact]
    public void Those_that_run_are_looked_at_again_after_a_while_and_not_before()
    {
        var forecast = new StartForecast(lookEvery: 60);
        forecast.Started(1, Job, 0, now: 0);
        var before = forecast.Estimate(Trained(), 8, 0, 0, 16, 0);
        Assert.Equal(before, forecast.Estimate(Trained(), 8, 0, 0, 16, 59));
        Assert.True(forecast.Estimate(Trained(), 8, 0, 0, 16, 60).P50 < before.P50 - 30);
    }

    [Fact]
    public void However_often_something_ends_it_is_looked_at_no_more_often_than_allowed()
    {
        var forecast = new StartForecast(lookEvery: 60, atMostEvery: 10);
        forecast.Started(1, Job, 0, now: 0);
        Assert.Equal([1L], forecast.InOrderOfEnds(Trained(), 0));
        forecast.Started(2, Job, 0, now: 1);
        Assert.Equal([1L], forecast.InOrderOfEnds(Trained(), 9));
        Assert.Equal([1L, 2], forecast.InOrderOfEnds(Trained(), 10));
    }

    private static RuntimePredictor Trained()
    {
        var predictor = new RuntimePredictor(new PredictorLimits());
        for (var i = 0; i < 200; i++)
            predictor.Learn(Job, 3_600);
        return predictor;
    }
}
