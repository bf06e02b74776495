using Grains.Pools;
using Grains.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;

namespace Grains.Tests.Pools;

/// <summary>A pool's time is in its journal, and may have come from a silo whose clock was ahead.</summary>
public sealed class PoolClockTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TestJournals _journals = new();
    private readonly SetTime _time = new() { Wall = Start };

    [Fact]
    public async Task It_neither_goes_back_nor_stands_still_where_the_clock_is_behind_the_journal()
    {
        _time.Wall = Start.AddHours(1);
        await (await Open()).Flush();

        _time.Wall = Start;
        var next = await Open();
        Assert.Equal(Start.AddHours(1), next.Tell().Clock);
        _time.Pass(TimeSpan.FromMinutes(20));
        Assert.Equal(Start.AddMinutes(70), next.Tell().Clock);
        _time.Pass(TimeSpan.FromMinutes(100));
        Assert.Equal(Start.AddHours(2), next.Tell().Clock);
        _time.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(Start.AddMinutes(121), next.Tell().Clock);
    }

    private Task<PoolCore> Open() => PoolCore.Open(new PoolId("p"), _journals, new PoolOptions(), _time, NullLogger.Instance, () => { }, CancellationToken.None);
}
