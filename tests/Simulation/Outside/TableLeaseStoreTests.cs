using Gateway.Leadership;
using KubeTests.Contract;
using Microsoft.Extensions.Logging.Abstractions;
using Silo.Clustering;

namespace Simulation.Outside;

/// <summary>Leases in the silos' own store keep the contract of those of an API server, and so does who holds them.</summary>
public abstract class TableLeaseStoreTests : LeaseStoreContract
{
    private const string Lease = "one";

    private protected abstract Task<ILeaseTable> Open();

    private protected override async Task<(ILeaseStore Store, Func<Task<LeaseAnswer>, Task<LeaseAnswer>> Arrive)> Begin() => (new TableLeaseStore(await Open()), answer => answer);

    [Fact]
    public async Task Epochs_grow_even_when_the_record_is_deleted_and_whoever_takes_it_next_has_a_clock_that_is_years_behind()
    {
        var (store, _) = await Begin();
        var first = await Taken(store, "first", TimeProvider.System);
        await Delete(Lease);
        var second = await Taken(store, "second", new Behind());
        Assert.True(second > first, $"{second} follows {first}");

        // And with nobody's help: the next is one more.
        var third = await Taken(store, "second", new Behind());
        Assert.True(third > second, $"{third} follows {second}");
    }

    /// <summary>The epoch under which a new holder leads.</summary>
    private static async Task<long> Taken(ILeaseStore store, string name, TimeProvider time)
    {
        var holder = new LeaseHolder(store, Lease, name, new LeaseOptions(), time, NullLogger<LeaseHolder>.Instance);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var stop = new CancellationTokenSource();
        var run = holder.Run(stop.Token);
        long? epoch;
        while ((epoch = holder.Epoch) is null)
        {
            await holder.Changed.WaitAsync(deadline.Token);
        }

        await stop.CancelAsync();
        await run;
        return epoch.Value;
    }

    private sealed class Behind : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}
