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
        Look? look = null;
        var run = Runs.AssertHolds(seed, new RunOptions
        {
            Profile = Profile.Crashing, Ending = Ending.Rest, SnapshotAfter = 100, Checkers = [w => look = new Look(w)],
        });

        var (report, history, served) = (look!.Report!, look.History, look.Served!);
        Assert.True(run.Counts.Crashes > 0, $"seed {seed}: no crash");
        Assert.True(report is { Verdict: ReplayVerdict.Identical, Skipped: 0 }, $"seed {seed}: {report.First} {report.WhySkipped}");
        Assert.True(report.Decisions >= 20, $"seed {seed}: {report.Decisions} decisions");
        Assert.Equal(history.Count - 1, report.Snapshots);
        Assert.True(history.Count > 1, $"seed {seed}: no snapshot");
        Assert.True(history.Sum(h => h.Entries.Count(e => e.Kind == PoolEntryKind.EpochBegan)) > 1, $"seed {seed}: no crash of the pool");

        // The same, by the grain that serves it, from a silo.
        Assert.True(served.Done, $"seed {seed}: {served.EntriesRead} of {served.EntriesInAll}");
        Assert.True(served.Report is { Verdict: ReplayVerdict.Identical, Skipped: 0, StateHash.Length: 16 } && served.Report.Entries >= report.Entries, $"seed {seed}: {served}");
    }

    public static TheoryData<int> Seeds() => Runs.Seeds(9100, 4);

    /// <summary>Decides the pool's journal again once nothing is under way: here, and by the grain that serves it.</summary>
    private sealed class Look(SimulatedWorld world) : IChecker
    {
        public ReplayReport? Report { get; private set; }

        public IReadOnlyList<PoolHistory> History { get; private set; } = [];

        public PoolReplayView? Served { get; private set; }

        public void AtRest(string when)
        {
            History = ReplayCheck.Read(world.Medium, World.Pool);
            Report = PoolReplay.Run(History, World.Pool, PoolHistoryReader.Codec);
            Served = world.Cluster.Run(() => world.Cluster.Client.GetGrain<IPoolHistoryGrain>(World.Pool.Value).Replay(null, null, TimeSpan.FromSeconds(10)));
        }
    }
}
