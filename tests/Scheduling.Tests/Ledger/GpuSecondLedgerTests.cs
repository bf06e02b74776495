using Scheduling.Ledger;

namespace Scheduling.Tests.Ledger;

/// <summary>Every GPU-second is in exactly one use (I17).</summary>
public sealed class GpuSecondLedgerTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Time_is_counted_under_the_levels_that_held()
    {
        var ledger = new GpuSecondLedger(Noon);
        ledger.Set(Noon, new GpuLevels { Capacity = 8000, Startup = 4000 });
        ledger.Set(Noon.AddSeconds(10), new GpuLevels { Capacity = 8000, Productive = 4000, Held = 500, Fragmented = 500, Unhealthy = 1000 });
        ledger.Advance(Noon.AddSeconds(110));

        Assert.Equal(
            [400.0, 40.0, 0.0, 50.0, 50.0, 100.0, 240.0],
            Enum.GetValues<GpuUse>().Select(ledger.Seconds));
        Assert.Equal(880, ledger.CapacitySeconds);
        Assert.Equal(400.0 / 880, ledger.Goodput, 12);
    }

    [Fact]
    public void Work_that_was_thrown_away_moves_from_productive_to_lost()
    {
        var ledger = new GpuSecondLedger(Noon);
        ledger.Set(Noon, new GpuLevels { Capacity = 8000, Productive = 8000 });
        ledger.Advance(Noon.AddSeconds(100));

        Assert.Equal(240, ledger.MarkLost(4000, TimeSpan.FromSeconds(60)));
        Assert.Equal((560.0, 240.0), (ledger.Seconds(GpuUse.Productive), ledger.Seconds(GpuUse.Lost)));

        Assert.Equal(560, ledger.MarkLost(8000, TimeSpan.FromDays(1)));
        Assert.Equal(0, ledger.MarkLost(8000, TimeSpan.FromSeconds(-5)));
        Assert.Equal(800, ledger.Seconds(GpuUse.Lost));
        Assert.Throws<ArgumentOutOfRangeException>(() => ledger.MarkLost(-1, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void A_clock_that_goes_back_counts_nothing_twice()
    {
        var ledger = new GpuSecondLedger(Noon);
        ledger.Set(Noon, new GpuLevels { Capacity = 1000 });
        ledger.Advance(Noon.AddSeconds(10));
        ledger.Advance(Noon.AddSeconds(4));
        ledger.Advance(Noon.AddSeconds(12));

        Assert.Equal(12, ledger.Seconds(GpuUse.Idle));
    }

    [Fact]
    public void Steps_shorter_than_a_millisecond_add_up()
    {
        var ledger = new GpuSecondLedger(Noon);
        ledger.Set(Noon, new GpuLevels { Capacity = 1000 });
        for (var i = 1; i <= 10_000; i++)
            ledger.Advance(Noon.AddTicks(i * 1000L));

        Assert.Equal(1, ledger.Seconds(GpuUse.Idle));
    }

    [Fact]
    public void More_in_use_than_there_is_breaks_the_invariant()
    {
        var ledger = new GpuSecondLedger(Noon);

        Assert.Throws<InvariantViolationException>(() => ledger.Set(Noon, new GpuLevels { Capacity = 1000, Productive = 1001 }));
        Assert.Throws<InvariantViolationException>(() => ledger.Set(Noon, new GpuLevels { Capacity = 1000, Held = -1 }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void All_uses_always_add_up_to_capacity_times_time_to_the_last_unit(int seed)
    {
        var random = new Random(seed);
        var now = Noon;
        var ledger = new GpuSecondLedger(now);
        Int128 capacity = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var levels = new GpuLevels
            {
                Capacity = 800_000_000, Productive = random.Next(300_000_000), Startup = random.Next(100_000_000), Lost = random.Next(10_000_000),
                Held = random.Next(100_000_000), Fragmented = random.Next(100_000_000), Unhealthy = random.Next(100_000_000),
            };
            ledger.Set(now, levels);
            var step = random.Next(1, 100_000_000);
            now = now.AddMilliseconds(step);
            capacity += (Int128)levels.Capacity * step;
            ledger.Advance(now);
            if (random.Next(10) == 0)
                ledger.MarkLost(random.Next(1_000_000), TimeSpan.FromMilliseconds(random.Next(100_000)));
            if (random.Next(100) == 0)
                ledger = GpuSecondLedger.Restore(ledger.Snapshot());
        }

        var snapshot = ledger.Snapshot();
        Int128 sum = 0;
        for (var use = 0; use < snapshot.Low.Length; use++)
            sum += new Int128(unchecked((ulong)snapshot.High[use]), snapshot.Low[use]);
        Assert.Equal(capacity, sum);
        Assert.True(capacity > (Int128)ulong.MaxValue * 10, "the test should pass 64 bits");
    }
}
