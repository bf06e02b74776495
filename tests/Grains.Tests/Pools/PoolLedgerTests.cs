using Grains.Clusters;
using Grains.Pools;
using Grains.Racks;
using Grains.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Ledger;
using Scheduling.Model;

namespace Grains.Tests.Pools;

/// <summary>Where a pool's GPU time went is in its journal, however its activations end.</summary>
public sealed class PoolLedgerTests
{
    private const int Gpus = 8;
    private static readonly PoolId Pool = new("p");
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static RackSpec Rack => new()
    {
        Rack = new RackId("p/r"), Block = "b", Nodes = [new NodeSpec { Name = new NodeId("n"), CpuMilli = 1000, MemoryMiB = 1000, Gpus = Gpus, GpuModel = "A" }],
    };

    private readonly TestJournals _journals = new();
    private readonly SetTime _time = new() { Wall = Start };

    [Fact]
    public void Crashes_lose_no_more_than_the_first_minute_of_GPU_time_though_no_activation_lives_as_long()
    {
        using var host = new GrainHost(withPools: true);
        var pool = host.Grain<IPoolGrain>("p");
        host.Do(() => host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(Pool));
        host.Do(() => host.Grain<IRackGrain>("p/r").Offer(Rack));
        host.Do(() => pool.GetView());
        var began = host.Now;
        for (var life = 0; life < 6; life++)
        {
            host.Wait(40);
            host.Crash();
            host.Do(() => pool.GetView());
        }

        host.Wait(1);
        var counted = host.Ask(() => pool.GetView()).Ledger.Sum(l => l.Seconds);
        var there = Gpus * (host.Now - began).TotalSeconds;
        Assert.InRange(counted, there - (Gpus * 60), there + Gpus);
    }

    [Fact]
    public async Task What_was_counted_before_an_activation_began_is_in_the_journal_once_it_has_seen_its_racks()
    {
        await Attach(await Open());
        _time.Pass(TimeSpan.FromSeconds(30));
        await Attach(await Open());

        var ledger = (await Open()).Machine.Ledger!;
        Assert.Equal((Start.AddSeconds(30), Gpus * 30.0), (ledger.At, ledger.Seconds(GpuUse.Idle)));
    }

    private static Task Attach(PoolCore core)
    {
        core.Machine.SeeRack(new RackView { Spec = Rack, Schedulable = ulong.MaxValue, Allocations = [], Version = 1, Epoch = core.Machine.Epoch });
        core.HaveAttached();
        return core.Flush();
    }

    private Task<PoolCore> Open() => PoolCore.Open(Pool, _journals, new PoolOptions(), _time, NullLogger.Instance, () => { }, CancellationToken.None);
}
