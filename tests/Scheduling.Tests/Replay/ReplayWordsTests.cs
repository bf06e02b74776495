using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Scheduling.Tests.Replay;

/// <summary>What a replay counts, where it begins and ends, and how it says what differs.</summary>
public sealed class ReplayWordsTests
{
    private static readonly PoolId Pool = new("p");

    [Fact]
    public void Whatever_part_of_a_snapshot_differs_is_named_and_nothing_else()
    {
        var history = Live(10, 900);
        var at = Enumerable.Range(1, history.Count - 1).First(i => history[i].Start!.Attempts.Length > 1);
        var of = history[at].Start!;
        Assert.Equal("epoch and plans", Difference(of with { Epoch = of.Epoch + 1 }));
        Assert.Equal("epoch and plans", Difference(of with { LastPlan = of.LastPlan + 1 }));
        Assert.Equal("racks", Difference(of with { Racks = of.Racks.RemoveAt(0) }));
        Assert.Equal("time", Difference(of with { Now = of.Now.AddTicks(1) }));
        Assert.Equal("time", Difference(of with { LookedAt = of.LookedAt.AddTicks(1) }));
        Assert.Equal("time", Difference(of with { SharesAt = of.SharesAt.AddTicks(1) }));
        Assert.Equal("shares", Difference(of with { Shares = null }));
        Assert.Equal("promises", Difference(of with { Claims = of.Claims.IsEmpty ? [Promise(history)] : [] }));
        Assert.Equal("earmarks", Difference(of with { Earmarks = [new Scheduling.Scaling.MachineEarmark { For = of.Attempts[0].Attempt, Until = of.Now, Nodes = [] }] }));
        Assert.Equal("evictions", Difference(of with { Evictions = [new Scheduling.Preemption.EvictionRecord { Job = new JobId("nobody"), At = of.Now }] }));
        Assert.Equal("levels", Difference(of with { Levels = [] }));
        Assert.Equal("run times", Difference(of with { Batches = null }));
        Assert.Equal("time, levels", Difference(of with { Now = of.Now.AddTicks(1), Levels = [] }));
        Assert.Equal($"attempts ({of.Attempts.Length + 1} and {of.Attempts.Length})", Difference(of with { Attempts = [.. of.Attempts, of.Attempts[0]] }));
        Assert.Equal($"attempts ({of.Attempts.Length - 1} and {of.Attempts.Length})", Difference(of with { Attempts = of.Attempts.RemoveAt(of.Attempts.Length - 1) }));
        var second = of.Attempts[1];
        Assert.Equal(
            $"attempt {second.Attempt} ({second.Stage}) and {second.Attempt} ({second.Stage})", Difference(of with { Attempts = of.Attempts.SetItem(1, second with { Key = second.Key + 1 }) }));

        string Difference(PoolSnapshot other)
        {
            var first = PoolReplay.Run([.. history.Take(at), history[at] with { Start = other }], Pool, RecordedPool.Codec).First!;
            Assert.Equal((history[at].Position, $"a snapshot of {other.Attempts.Length} attempts"), (first.Position, first.Recorded));
            return first.Decided["another state: ".Length..];
        }
    }

    [Fact]
    public void Every_kind_of_entry_has_its_own_words()
    {
        var history = Live(8, 1_500);
        var entries = history.SelectMany(h => h.Entries).ToList();
        foreach (var kind in entries.Select(e => e.Kind).Distinct().Where(k => k is not PoolEntryKind.LedgerSaved and not PoolEntryKind.EpochBegan).Order())
        {
            var stretch = history.ToList().FindIndex(h => h.Entries.Any(e => e.Kind == kind));
            var at = history[stretch].Entries.ToList().FindIndex(e => e.Kind == kind);
            var entry = history[stretch].Entries[at];
            // Of a plan that no machine has heard of, and on more racks than are listed.
            var other = entry with { Plan = entry.Plan + 1_000, Placement = entry.Placement is { Racks: [var slice, ..] } ? new GangPlacement { Racks = [.. Enumerable.Repeat(slice, (int)kind % 2 + 4)] } : null };
            var first = PoolReplay.Run([.. history.Take(stretch), history[stretch] with { Entries = history[stretch].Entries.SetItem(at, other) }], Pool, RecordedPool.Codec).First!;
            Records.Check("Replay", $"{kind}", $"position {first.Position}: {first.Recorded} | {first.Decided}");
        }
    }

    [Fact]
    public void Only_what_happened_in_the_time_that_was_asked_for_is_counted_and_what_is_past_it_not_even_decided()
    {
        var history = Live(7, 900);
        var times = history.SelectMany(h => h.Entries).Where(e => e.Kind != PoolEntryKind.LedgerSaved).Select(e => e.At).ToList();
        var (since, until) = (times[times.Count / 3], times[times.Count / 2]);
        var first = times.FindIndex(at => at > until);
        var report = Steps(history, since, until, out var isPast);

        Assert.True(isPast);
        Assert.Equal(ReplayVerdict.Identical, report.Verdict);
        Assert.Equal(times.Take(first).Count(at => at >= since), report.Entries);
        Assert.Equal((since, times.Take(first).Max()), (times.Take(first).First(at => at >= since), report.To));
        Assert.Equal(times.Take(first).First(at => at >= since), report.From);
        Assert.Null(report.WhySkipped);
        Assert.Equal(report.To - report.From, report.Span);

        var whole = Steps(history, null, null, out isPast);
        Assert.False(isPast);
        Assert.Equal(PoolReplay.Run(history, Pool, RecordedPool.Codec), whole);
        Assert.Equal(history.SelectMany(h => h.Entries).Count(e => e.Kind is PoolEntryKind.Planned or PoolEntryKind.PassedOver or PoolEntryKind.ClaimMade or PoolEntryKind.ClaimDropped), whole.Decisions);
        Assert.Equal((times[0], times.Max()), (whole.From, whole.To));
    }

    [Fact]
    public void A_step_is_one_entry_and_no_step_is_none()
    {
        var stretch = Live(7, 60)[0];
        var replay = new PoolReplay(Pool, RecordedPool.Codec);
        replay.Begin(stretch);
        Assert.True(replay.Step(0));
        // The one that begins the activation is read, and then it begins.
        var steps = 0;
        while (replay.Step(1))
            steps++;
        Assert.Equal(stretch.Entries.Length + stretch.Entries.Count(e => e.Kind == PoolEntryKind.EpochBegan), steps);
        Assert.Equal(stretch.Entries.Length - stretch.Entries.Count(e => e.Kind == PoolEntryKind.LedgerSaved), replay.End().Entries);
    }

    [Fact]
    public void Without_the_stretch_in_between_it_says_what_is_missing_and_goes_on_at_the_next_activation()
    {
        var history = Live(16, 3_500);
        var gap = Enumerable.Range(1, history.Count - 2).First(i => history.Skip(i + 1).Any(h => h.Entries.Any(e => e.Kind == PoolEntryKind.EpochBegan)));
        var report = PoolReplay.Run([.. history.Take(gap), .. history.Skip(gap + 1)], Pool, RecordedPool.Codec);
        Assert.True(report.Verdict == ReplayVerdict.Identical, $"{report.First}");
        Assert.Equal($"entries {history[gap].Position + 1} to {history[gap].End} are not kept", report.WhySkipped);
        Assert.True(report.Skipped > 0);

        var early = history.Take(gap).Sum(h => h.Entries.Count(e => e.Kind != PoolEntryKind.LedgerSaved));
        Assert.True(report.Entries > early, $"{report.Entries} of {early}");
    }

    [Fact]
    public void An_activation_whose_snapshot_is_not_kept_is_left_out_and_said_so()
    {
        var history = Live(16, 3_500).Select(h => h with { Entries = [.. h.Entries.Select(e => e.Setup is { } s ? e with { Setup = s with { BuiltFrom = 7_777 } } : e)] }).ToList();
        var report = PoolReplay.Run(history, Pool, RecordedPool.Codec);
        Assert.Equal((ReplayVerdict.Nothing, 0L, ""), (report.Verdict, report.Entries, report.StateHash));
        Assert.Equal("the snapshot of position 7777, which the activation began from, is not kept", report.WhySkipped);
        Assert.Equal(history.Sum(h => (long)h.Entries.Length), report.Skipped);
    }

    [Fact]
    public void Entries_that_nothing_comes_after_are_a_difference_sooner_or_later()
    {
        var stretch = Live(7, 200)[0];
        var planned = stretch.Entries.First(e => e.Kind == PoolEntryKind.Planned) with { Budget = 0 };
        foreach (var (more, at) in new[] { (1, 1), (4_096, 1), (4_097, 4_097) })
        {
            var report = PoolReplay.Run([stretch with { Entries = [.. stretch.Entries, .. Enumerable.Repeat(planned, more)] }], Pool, RecordedPool.Codec);
            Assert.Equal((1L, stretch.End + at, "nothing"), (report.Differences, report.First!.Position, report.First.Decided));
        }
    }

    [Fact]
    public void What_was_made_and_never_recorded_is_a_difference_at_the_end_and_at_the_next_activation()
    {
        var history = Live(16, 3_500);
        var last = history[0].Entries.ToList().FindLastIndex(e => e.Kind == PoolEntryKind.Planned && e.Budget > 0);
        var plans = history[0].Entries.Skip(last + 1).TakeWhile(e => e.Kind == PoolEntryKind.Planned && e.Budget == 0).Count();
        var cut = history[0] with { Entries = history[0].Entries[..(last + plans)] };
        if (plans == 0)
            cut = history[0] with { Entries = history[0].Entries.RemoveRange(last + 1, history[0].Entries.Length - last - 1) };
        var report = PoolReplay.Run([cut], Pool, RecordedPool.Codec);
        Assert.Equal(plans == 0 ? 0 : 1, report.Differences);
        if (plans > 0)
            Assert.Equal((cut.End, "nothing"), (report.First!.Position, report.First.Recorded));
    }

    private static Scheduling.Preemption.Claim Promise(IReadOnlyList<PoolHistory> history) => history.SelectMany(h => h.Entries).First(e => e.Claim is not null).Claim!;

    private static ReplayReport Steps(IReadOnlyList<PoolHistory> history, DateTimeOffset? since, DateTimeOffset? until, out bool isPast)
    {
        var replay = new PoolReplay(Pool, RecordedPool.Codec, since, until);
        foreach (var stretch in history)
        {
            replay.Begin(stretch);
            while (replay.Step(3))
            {
            }
        }

        isPast = replay.IsPast;
        return replay.End();
    }

    private static IReadOnlyList<PoolHistory> Live(int seed, int steps)
    {
        var pool = new RecordedPool(seed);
        for (var step = 0; step < steps; step++)
            pool.Step();
        return pool.History;
    }
}
