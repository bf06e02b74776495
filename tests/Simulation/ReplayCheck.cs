using Grains.Pools;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Replay;
using Silo.Storage.Memory;

namespace Simulation;

/// <summary>I18: what pools journaled, through crashes, zombies and faults, is decided again from what came in, and comes out bit for bit.</summary>
internal static class ReplayCheck
{
    /// <summary>What came out otherwise, or could not be decided again; empty is what it should be.</summary>
    public static IEnumerable<string> Check(InMemoryMedium medium, params PoolId[] pools)
    {
        foreach (var pool in pools)
        {
            var report = Replay(medium, pool);
            if (report.Verdict == ReplayVerdict.Different)
            {
                yield return $"I18: pool {pool}, {report.Differences} differences in {report.Entries} entries, the first at {report.First}";
            }

            if (report.Skipped > 0 && report.Verdict != ReplayVerdict.Different)
            {
                yield return $"I18: pool {pool}, {report.Skipped} of {report.Skipped + report.Entries} entries cannot be decided again: {report.WhySkipped}";
            }
        }
    }

    /// <summary>Decides all of a pool's history again.</summary>
    public static ReplayReport Replay(InMemoryMedium medium, PoolId pool) => PoolReplay.Run(Read(medium, pool), pool, PoolHistoryReader.Codec);

    /// <summary>All that is kept of a pool's journal, read from a storage without faults.</summary>
    public static List<PoolHistory> Read(InMemoryMedium medium, PoolId pool)
    {
        var reader = new PoolHistoryReader(new InMemoryJournalStore(medium, TimeProvider.System), pool);
        List<PoolHistory> stretches = [];
        foreach (var stretch in Now(reader.List()))
        {
            stretches.Add(Now(reader.Read(stretch)) ?? throw new InvalidOperationException($"pool {pool}: the stretch after {stretch.Position} is gone"));
        }

        return stretches;
    }

    /// <summary>In memory, and without faults, nothing is waited for but a yield of the reader.</summary>
    private static T Now<T>(Task<T> task) => Task.Run(() => task).GetAwaiter().GetResult();
}
