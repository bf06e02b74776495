using Grains.Pools;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Simulation;

/// <summary>I18 where it is hardest: what was journaled through crashes and lost answers is decided again, and that was worth it.</summary>
public sealed class ReplayTests
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_pool_that_crashed_again_and_again_is_decided_again_bit_for_bit(int seed)
    {
        using var world = new World(seed, loss: 0.01, storageFaults: 0.01);
        world.Storm(jobs: 40, crashes: 4);
        world.Calm();
        var report = world.Replay(out var history);

        Assert.True(report is { Verdict: ReplayVerdict.Identical, Skipped: 0 }, $"seed {seed}: {report.First} {report.WhySkipped}");
        Assert.True(report.Decisions >= 20, $"seed {seed}: {report.Decisions} decisions");
        Assert.Equal(history.Count - 1, report.Snapshots);
        Assert.True(history.Count > 1, $"seed {seed}: no snapshot");
        Assert.True(history.Sum(h => h.Entries.Count(e => e.Kind == PoolEntryKind.EpochBegan)) > 1, $"seed {seed}: no crash of the pool");

        // The same, by the grain that serves it, from a silo.
        var served = world.Cluster.Run(() => world.Cluster.Client.GetGrain<IPoolHistoryGrain>(World.Pool.Value).Replay(null, null, TimeSpan.FromSeconds(10)));
        Assert.True(served.Done, $"seed {seed}: {served.EntriesRead} of {served.EntriesInAll}");
        Assert.True(served.Report is { Verdict: ReplayVerdict.Identical, Skipped: 0, StateHash.Length: 16 } && served.Report.Entries >= report.Entries, $"seed {seed}: {served}");
    }

    public static TheoryData<int> Seeds() => Runs.Seeds(9100, 4);
}
