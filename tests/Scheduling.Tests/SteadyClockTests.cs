namespace Scheduling.Tests;

public sealed class SteadyClockTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SteadyClock _clock = new(Start);
    private TimeSpan _ahead;
    private TimeSpan _passed;

    [Fact]
    public void It_is_the_wall_clock_while_nobody_sets_that()
    {
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Start.AddSeconds(1), _clock.Now);
        Pass(TimeSpan.FromHours(3));
        Assert.Equal(Start.AddHours(3).AddSeconds(1), _clock.Now);
    }

    [Fact]
    public void A_small_correction_is_followed_at_once()
    {
        _ahead = SteadyClock.Moment;
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Start.AddSeconds(2), _clock.Now);
    }

    [Fact]
    public void A_jump_ahead_that_is_taken_back_within_a_minute_was_never_seen()
    {
        _ahead = TimeSpan.FromHours(1);
        Pass(TimeSpan.FromSeconds(1), times: 59);
        Assert.Equal(Start.AddSeconds(59), _clock.Now);
        _ahead = TimeSpan.Zero;
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Start.AddMinutes(1), _clock.Now);

        // And the next is doubted as long as the first.
        _ahead = TimeSpan.FromHours(1);
        Pass(TimeSpan.FromSeconds(1), times: 59);
        Assert.Equal(Start.AddSeconds(119), _clock.Now);
    }

    [Fact]
    public void A_jump_ahead_that_lasts_is_followed_after_a_minute()
    {
        _ahead = TimeSpan.FromHours(1);
        Pass(TimeSpan.FromSeconds(1), times: 60);
        Assert.Equal(Start.AddHours(1).AddMinutes(1), _clock.Now);
        Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(Start.AddHours(1).AddSeconds(61), _clock.Now);
    }

    [Fact]
    public void While_it_is_ahead_time_passes_at_half_its_speed_until_the_wall_clock_has_caught_up()
    {
        _ahead = -TimeSpan.FromHours(1);
        Pass(TimeSpan.FromMinutes(10));
        Assert.Equal(Start.AddMinutes(5), _clock.Now);
        Pass(TimeSpan.FromMinutes(110));
        Assert.Equal(Start.AddHours(1), _clock.Now);
        Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(Start.AddMinutes(61), _clock.Now);
    }

    [Fact]
    public void Whatever_is_done_to_the_wall_clock_it_never_goes_back_nor_stands_still()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            _ahead += TimeSpan.FromMinutes(random.Next(10) == 0 ? random.Next(-90, 91) : 0);
            var before = _clock.Now;
            var step = TimeSpan.FromSeconds(random.Next(1, 30));
            Pass(step);
            Assert.True(_clock.Now - before >= step / 2, $"{step} passed, and it told {_clock.Now - before}");
        }
    }

    private void Pass(TimeSpan step, int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            _passed += step;
            _clock.Tell(Start + _passed + _ahead, step);
        }
    }
}
