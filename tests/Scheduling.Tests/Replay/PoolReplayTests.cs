using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Scheduling.Tests.Replay;

public sealed class PoolReplayTests
{
    private static readonly PoolId Pool = new("p");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(6)]
    public void What_a_pool_decided_is_decided_again_bit_for_bit_from_what_came_in(int seed)
    {
        var pool = Live(seed, 4000);
        var report = pool.Replay();
        Assert.True(report.Verdict == ReplayVerdict.Identical, $"seed {seed}: {report.First}");
        Assert.Equal(pool.History.Sum(h => h.Entries.Length) - pool.CountOf(PoolEntryKind.LedgerSaved), report.Entries);
        Assert.Equal(pool.History.Count - 1, report.Snapshots);
        Assert.Equal(16, report.StateHash.Length);
        Assert.True(report.Span > TimeSpan.FromHours(1));

        // It was worth it: all that can be decided was.
        var missing = Enum.GetValues<PoolEntryKind>().Where(k => pool.CountOf(k) == 0).ToList();
        Assert.True(missing.Count == 0, $"seed {seed}: {string.Join(' ', Enum.GetValues<PoolEntryKind>().Select(k => $"{k} {pool.CountOf(k)}"))}");
    }

    [Fact]
    public void Decided_twice_it_comes_to_the_same_state() => Assert.Equal(Live(7, 1000).Replay(), Live(7, 1000).Replay());

    [Theory]
    [InlineData(PoolEntryKind.Enqueued)]
    [InlineData(PoolEntryKind.Committed)]
    [InlineData(PoolEntryKind.Ended)]
    [InlineData(PoolEntryKind.Freed)]
    [InlineData(PoolEntryKind.Planned)]
    [InlineData(PoolEntryKind.ClaimMade)]
    [InlineData(PoolEntryKind.RackSeen)]
    public void An_entry_that_is_missing_shows(PoolEntryKind kind)
    {
        var history = Live(12, 3000).History;
        // Most sights of a rack show what was known; the first does not.
        var (stretch, at) = kind == PoolEntryKind.RackSeen ? (0, history[0].Entries.IndexOf(history[0].Entries.First(e => e.Kind == kind))) : Middle(history, kind);
        var report = PoolReplay.Run(Changed(history, stretch, history[stretch].Entries.RemoveAt(at)), Pool, RecordedPool.Codec);
        Assert.Equal(ReplayVerdict.Different, report.Verdict);
        Assert.NotNull(report.First);
    }

    [Fact]
    public void A_plan_on_another_node_is_a_difference_with_both_sides_of_it()
    {
        var history = Live(9, 1000).History;
        var (stretch, at) = Middle(history, PoolEntryKind.Planned);
        var planned = history[stretch].Entries[at];
        var slice = planned.Placement!.Racks[0];
        var moved = planned with { Placement = new GangPlacement { Racks = [slice with { Workers = [.. slice.Workers.Select(w => w with { Slot = w.Slot ^ 1 })] }, .. planned.Placement.Racks[1..]] } };
        var report = PoolReplay.Run(Changed(history, stretch, history[stretch].Entries.SetItem(at, moved)), Pool, RecordedPool.Codec);
        Assert.Equal(ReplayVerdict.Different, report.Verdict);
        Assert.Equal(history[stretch].Position + at + 1, report.First!.Position);
        Assert.Contains($"Planned of {planned.Attempt}", report.First.Recorded, StringComparison.Ordinal);
        Assert.NotEqual(report.First.Recorded, report.First.Decided);
    }

    [Fact]
    public void A_snapshot_of_another_state_is_a_difference_that_names_what_differs()
    {
        var history = Live(10, 900).History;
        var at = Enumerable.Range(1, history.Count - 1).First(i => !history[i].Start!.Attempts.IsEmpty);
        var snapshot = history[at].Start!;
        var other = snapshot with { Attempts = snapshot.Attempts.SetItem(0, snapshot.Attempts[0] with { Key = snapshot.Attempts[0].Key + 1 }) };
        var report = PoolReplay.Run([.. history.Take(at), history[at] with { Start = other }], Pool, RecordedPool.Codec);
        Assert.Equal(1, report.Differences);
        Assert.Contains(snapshot.Attempts[0].Attempt.ToString(), report.First!.Decided, StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_difference_it_goes_on_where_the_next_activation_began()
    {
        var history = Live(11, 4000).History;
        var first = history.ToList().FindIndex(h => h.Entries.Any(e => e.Kind == PoolEntryKind.Committed));
        var at = history[first].Entries.ToList().FindIndex(e => e.Kind == PoolEntryKind.Committed);
        var report = PoolReplay.Run(Changed(history, first, history[first].Entries.SetItem(at, history[first].Entries[at] with { Plan = 999_999 })), Pool, RecordedPool.Codec);
        Assert.Equal(1, report.Differences);
        Assert.True(report.Skipped > 0);
        Assert.True(report.Entries > report.Skipped);
        Assert.Equal("it comes after a difference", report.WhySkipped);
    }

    [Fact]
    public void What_an_older_version_wrote_is_left_out_and_is_no_difference()
    {
        var history = Live(12, 500).History;
        var old = history.Select(h => h with { Entries = [.. h.Entries.Select(e => e with { Setup = null })] });
        var report = PoolReplay.Run(old, Pool, RecordedPool.Codec);
        Assert.Equal(ReplayVerdict.Nothing, report.Verdict);
        Assert.Equal(0, report.Entries);
        Assert.Equal(history.Sum(h => (long)h.Entries.Length), report.Skipped);
        Assert.Contains("older version", report.WhySkipped, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_decided_by_other_rules_is_left_out_and_is_no_difference()
    {
        var history = Live(13, 300).History;
        var other = history.Select(h => h with { Entries = [.. h.Entries.Select(e => e.Setup is null ? e : e with { Setup = e.Setup with { Rules = 999 } })] });
        var report = PoolReplay.Run(other, Pool, RecordedPool.Codec);
        Assert.Equal(ReplayVerdict.Nothing, report.Verdict);
        Assert.Contains("rules 999", report.WhySkipped, StringComparison.Ordinal);
    }

    [Fact]
    public void Kept_history_that_begins_in_the_middle_is_decided_from_the_next_activation_on()
    {
        var pool = Live(14, 6000);
        var rest = pool.History.Skip(1).ToList();
        var report = PoolReplay.Run(rest, Pool, RecordedPool.Codec);
        Assert.True(report.Verdict == ReplayVerdict.Identical, $"{report.First}");
        Assert.True(report.Skipped > 0);
        Assert.NotNull(report.WhySkipped);
    }

    private static RecordedPool Live(int seed, int steps)
    {
        var pool = new RecordedPool(seed);
        for (var step = 0; step < steps; step++)
        {
            pool.Step();
        }

        return pool;
    }

    private static (int Stretch, int At) Middle(IReadOnlyList<PoolHistory> history, PoolEntryKind kind)
    {
        var all = history.SelectMany((h, s) => h.Entries.Select((e, i) => (e, s, i))).Where(x => x.e.Kind == kind).ToList();
        var (_, stretch, at) = all[all.Count / 2];
        return (stretch, at);
    }

    private static IEnumerable<PoolHistory> Changed(IReadOnlyList<PoolHistory> history, int stretch, ImmutableArray<PoolEntry> entries)
    {
        // Positions behind a missing entry move with it.
        var moved = entries.Length - history[stretch].Entries.Length;
        return history.Select((h, i) => i == stretch ? h with { Entries = entries } : i > stretch ? h with { Position = h.Position + moved } : h)
            .Select(h => moved == 0 ? h : h with { Entries = [.. h.Entries.Select(e => e.Setup is { } s && s.BuiltFrom > history[stretch].Position ? e with { Setup = s with { BuiltFrom = s.BuiltFrom + moved } } : e)] });
    }
}
