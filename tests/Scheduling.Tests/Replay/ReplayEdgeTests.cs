using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Replay;
using Scheduling.Tests.Pools;

namespace Scheduling.Tests.Replay;

/// <summary>Where activations, stretches and what was asked for begin and end, in journals short enough to look at.</summary>
public sealed class ReplayEdgeTests
{
    private static readonly PoolId Pool = new("p");

    /// <summary>Some stretches; an activation in the first, and none in the second.</summary>
    private static readonly IReadOnlyList<PoolHistory> Short = Live(steps: 90);

    /// <summary>The stretch in which the next activation began.</summary>
    private static int Begun => Short.ToList().FindIndex(1, h => Begins(h) >= 0);

    [Fact]
    public void Of_a_whole_journal_nothing_is_left_out_every_snapshot_is_held_against_and_the_end_has_a_hash()
    {
        var report = Run(Short);
        Assert.True(report.Verdict == ReplayVerdict.Identical, $"{report.First}");
        Assert.Equal((null, 0L, Short.Count - 1L), (report.WhySkipped, report.Skipped, report.Snapshots));
        Assert.Equal(Short.Sum(Counted), report.Entries);

        // Another end, another state.
        Assert.Equal(16, report.StateHash.Length);
        Assert.NotEqual(report.StateHash, Run([.. Short.Take(2)]).StateHash);
    }

    [Fact]
    public void Of_no_journal_at_all_nothing_is_decided_and_it_says_why()
    {
        var report = Run([]);
        Assert.Equal((ReplayVerdict.Nothing, "", "there is no activation's beginning in it"), (report.Verdict, report.StateHash, report.WhySkipped));
    }

    [Fact]
    public void What_comes_before_the_first_activation_that_is_kept_is_counted_as_left_out()
    {
        var report = Run([.. Short.Skip(1)]);
        Assert.True(report.Verdict == ReplayVerdict.Identical, $"{report.First}");
        Assert.Equal(Short.Take(Begun).Skip(1).Sum(h => h.Entries.Length) + Begins(Short[Begun]), report.Skipped);
        Assert.Equal("there is no activation's beginning in it", report.WhySkipped);
        Assert.True(report.Entries > 0);
    }

    [Fact]
    public void Stretches_that_are_not_kept_are_named_and_it_goes_on_at_the_next_activation()
    {
        var report = Run([Short[0], .. Short.Skip(2)]);
        Assert.True(report.Verdict == ReplayVerdict.Identical, $"{report.First}");
        Assert.Equal($"entries {Short[1].Position + 1} to {Short[1].End} are not kept", report.WhySkipped);
        Assert.Equal(Short.Take(Begun).Skip(2).Sum(h => h.Entries.Length) + Begins(Short[Begun]), report.Skipped);
        Assert.Equal(Short.Count - 1 - Begun, report.Snapshots);
    }

    [Fact]
    public void An_activation_that_began_from_what_is_not_kept_is_named_and_left_out()
    {
        var (stretch, at) = (Short[Begun], Begins(Short[Begun]));
        var other = stretch with { Entries = stretch.Entries.SetItem(at, stretch.Entries[at] with { Setup = stretch.Entries[at].Setup! with { BuiltFrom = 7_777 } }) };
        var report = Run([.. Short.Take(Begun), other]);
        Assert.Equal("the snapshot of position 7777, which the activation began from, is not kept", report.WhySkipped);
        Assert.Equal(other.Entries.Length - at, report.Skipped);
    }

    [Fact]
    public void An_activation_that_began_from_the_stretch_before_reads_on_where_that_one_ends()
    {
        // The snapshot that the stretch begins with was not there when the activation read: it began from the one before.
        var pool = new RecordedPool(16);
        Steps(pool, 40);
        pool.Crash();
        Steps(pool, 25);
        var whole = pool.History[0];
        var second = whole.Entries.ToList().FindLastIndex(e => e.Kind == PoolEntryKind.EpochBegan);
        Assert.True(second > 20, $"{second}");
        foreach (var cut in new[] { second - 1, second - 9, second })
        {
            PoolHistory[] two = [whole with { Entries = whole.Entries[..cut] }, new PoolHistory { Pool = Pool, Position = cut, Start = null, Entries = whole.Entries[cut..] }];
            Assert.Equal(Run([whole]), Run(two));
        }
    }

    [Fact]
    public void A_journal_that_ends_with_an_activations_beginning_has_it_counted()
    {
        var stretch = Short[Begun] with { Entries = Short[Begun].Entries[..(Begins(Short[Begun]) + 1)] };
        var report = Run([.. Short.Take(Begun), stretch]);
        Assert.True(report.Verdict == ReplayVerdict.Identical, $"{report.First}");
        Assert.Equal(Short.Take(Begun).Append(stretch).Sum(Counted), report.Entries);
    }

    [Fact]
    public void Stopped_while_an_activation_is_being_built_it_has_no_state()
    {
        var replay = new PoolReplay(Pool, RecordedPool.Codec);
        foreach (var stretch in Short.Take(Begun + 1))
        {
            replay.Begin(stretch);
            if (ReferenceEquals(stretch, Short[Begun]))
            {
                replay.Step(Begins(stretch) + 1);
                break;
            }

            while (replay.Step(7))
            {
            }
        }

        Assert.Equal("", replay.End().StateHash);
    }

    [Fact]
    public void What_cannot_be_read_back_is_a_difference_at_the_activation()
    {
        // Nobody decided the first part again, so that what is wrong in it is found by the activation that reads it.
        var stretch = Restless();
        var at = stretch.Entries.ToList().FindIndex(e => e.Kind == PoolEntryKind.Committed);
        var second = stretch.Entries.ToList().FindLastIndex(e => e.Kind == PoolEntryKind.EpochBegan);
        Assert.InRange(at, 1, second - 1);
        var entries = stretch.Entries.SetItem(0, stretch.Entries[0] with { Setup = null }).SetItem(at, stretch.Entries[at] with { Attempt = new AttemptId(new JobId("nobody"), 1) });
        var report = Run([stretch with { Entries = entries }]);
        Assert.Equal((1L, second + 1L), (report.Differences, report.First!.Position));
        Assert.StartsWith("what was before it cannot be read back: ", report.First.Decided, StringComparison.Ordinal);
        Assert.Equal(0, report.Entries);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void An_input_that_fails_is_one_difference_that_says_how_whatever_was_made_before_it_failed(int minutes)
    {
        // As time passes shares are looked at: that is written down before the input itself. No other activation follows, which could not read it back either.
        var stretch = Restless();
        stretch = stretch with { Entries = stretch.Entries[..stretch.Entries.ToList().FindLastIndex(e => e.Kind == PoolEntryKind.EpochBegan)] };
        var at = stretch.Entries.ToList().FindIndex(e => e.Kind == PoolEntryKind.Enqueued);
        var entry = stretch.Entries[at];
        var report = Run([stretch with { Entries = stretch.Entries.SetItem(at, entry with { Spec = null, At = entry.At.AddMinutes(minutes) }) }]);
        Assert.Equal((1L, at + 1L), (report.Differences, report.First!.Position));
        Assert.StartsWith("a failure: ", report.First.Decided, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_difference_is_kept_and_what_is_as_it_was_after_it_does_not_wipe_it_out()
    {
        var stretch = Restless();
        var at = stretch.Entries.ToList().FindIndex(e => e.Kind == PoolEntryKind.Enqueued);
        var begins = stretch.Entries.ToList().FindLastIndex(e => e.Kind == PoolEntryKind.EpochBegan);
        var late = stretch.Entries.ToList().FindLastIndex(e => e.Kind == PoolEntryKind.Enqueued);
        Assert.True(at < begins && begins < late, $"{at} {begins} {late}");

        // Keys are found out: another one is a difference, and reading it back is none.
        PoolEntry Other(int i) => stretch.Entries[i] with { ExpectedAtMost = stretch.Entries[i].ExpectedAtMost + TimeSpan.FromSeconds(1) };
        var once = Run([stretch with { Entries = stretch.Entries.SetItem(at, Other(at)) }]);
        var twice = Run([stretch with { Entries = stretch.Entries.SetItem(at, Other(at)).SetItem(late, Other(late)) }]);
        Assert.Equal((1L, 2L), (once.Differences, twice.Differences));
        Assert.Equal((at + 1L, at + 1L), (once.First!.Position, twice.First!.Position));
        Assert.Equal((ReplayVerdict.Different, ReplayVerdict.Different), (once.Verdict, twice.Verdict));
        Assert.True(once.Entries > at, $"{once.Entries} of {at}");
        Assert.Equal("it comes after a difference", once.WhySkipped);
    }

    [Fact]
    public void A_snapshot_that_differs_is_not_counted_among_those_that_do_not()
    {
        var other = Short[1] with { Start = Short[1].Start! with { Epoch = 99 } };
        var report = Run([Short[0], other]);
        Assert.Equal((1L, 0L), (report.Differences, report.Snapshots));
        Assert.Equal(1, Run([.. Short.Take(2)]).Snapshots);
    }

    [Fact]
    public void What_an_input_left_over_is_a_difference_where_the_next_activation_begins_and_only_there()
    {
        var stretch = Restless();
        var begins = stretch.Entries.ToList().FindLastIndex(e => e.Kind == PoolEntryKind.EpochBegan);
        var planned = stretch.Entries.First(e => e.Kind == PoolEntryKind.Planned) with { Budget = 0 };

        // More was recorded than is made: it waits for the input that makes it, and none comes.
        var more = Run([stretch with { Entries = stretch.Entries.Insert(begins, planned) }]);
        Assert.Equal((begins + 1L, "nothing"), (more.First!.Position, more.First.Decided));

        // Less was: of a pass that planned several, and was the last thing before the crash, the others are missing.
        var passes = stretch.Entries.Select((e, i) => (e, i)).Where(x => x.i < begins && x.e is { Kind: PoolEntryKind.Planned, Budget: > 0 } && stretch.Entries[x.i + 1] is { Kind: PoolEntryKind.Planned, Budget: 0 }).ToList();
        Assert.NotEmpty(passes);
        var (_, last) = passes[^1];
        var less = Run([stretch with { Entries = stretch.Entries[..(last + 1)] }]);
        Assert.Equal((1L, last + 1L, "nothing"), (less.Differences, less.First!.Position, less.First.Recorded));
        Assert.StartsWith("Planned of ", less.First.Decided, StringComparison.Ordinal);

        // The activation begins anew, with nothing of that.
        var joined = Run([stretch with { Entries = [.. stretch.Entries[..(last + 1)], stretch.Entries[begins]] }]);
        Assert.Equal((1L, "nothing"), (joined.Differences, joined.First!.Recorded));
        Assert.Equal(less.Entries + 1, joined.Entries);
    }

    [Fact]
    public void The_last_time_is_the_latest_one_also_where_a_clock_went_back()
    {
        var machine = new PoolMachine(Pool, new PoolLimits(), new PoolPolicy());
        machine.BeginEpoch(Specs.Start);
        machine.Advance(Specs.Start);
        machine.Advance(Specs.Start.AddSeconds(10));
        machine.SeeRack(Specs.Rack("r"));
        machine.Advance(Specs.Start.AddSeconds(5));
        machine.Enqueue(Specs.Attempt("a"), Specs.Job(), Specs.Start);
        var entries = machine.TakeEntries().ToImmutableArray();
        Assert.Equal((10, 5), ((entries[^2].At - Specs.Start).TotalSeconds, (entries[^1].At - Specs.Start).TotalSeconds));

        var report = Run([new PoolHistory { Pool = Pool, Position = 0, Start = null, Entries = entries }]);
        Assert.Equal((ReplayVerdict.Identical, Specs.Start, Specs.Start.AddSeconds(10)), (report.Verdict, report.From, report.To));
    }

    [Fact]
    public void Past_what_was_asked_for_it_stays_past()
    {
        var until = Short[0].Entries[Short[0].Entries.Length / 2].At;
        var replay = new PoolReplay(Pool, RecordedPool.Codec, null, until);
        foreach (var stretch in Short)
        {
            replay.Begin(stretch);
            while (replay.Step(5))
            {
            }
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.False(replay.Step(5));
            Assert.True(replay.IsPast);
        }
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void Of_a_placement_four_racks_are_named_and_it_is_said_that_there_are_more(int racks, bool isCut)
    {
        var stretch = Restless();
        var at = stretch.Entries.ToList().FindIndex(e => e.Kind == PoolEntryKind.Planned);
        var slice = stretch.Entries[at].Placement!.Racks[0];
        var other = stretch.Entries[at] with { Placement = new GangPlacement { Racks = [.. Enumerable.Repeat(slice, racks)] } };
        var first = Run([stretch with { Entries = stretch.Entries.SetItem(at, other) }]).First!;
        Assert.Equal(isCut, first.Recorded.Contains(" …", StringComparison.Ordinal));
        Assert.Equal(5, first.Recorded.Split($"{slice.Rack}[").Length);
    }

    private static ReplayReport Run(IEnumerable<PoolHistory> history) => PoolReplay.Run(history, Pool, RecordedPool.Codec);

    private static int Counted(PoolHistory stretch) => stretch.Entries.Count(e => e.Kind != PoolEntryKind.LedgerSaved);

    private static int Begins(PoolHistory stretch) => stretch.Entries.ToList().FindIndex(e => e.Kind == PoolEntryKind.EpochBegan);

    private static IReadOnlyList<PoolHistory> Live(int steps)
    {
        var pool = new RecordedPool(16);
        Steps(pool, steps);
        pool.Snapshot();
        Steps(pool, steps);
        pool.Snapshot();
        Steps(pool, steps / 3);
        pool.Crash();
        Steps(pool, steps);
        pool.Snapshot();
        Steps(pool, steps / 3);
        return pool.History;
    }

    /// <summary>One stretch with a crash in it.</summary>
    private static PoolHistory Restless()
    {
        var pool = new RecordedPool(3);
        Steps(pool, 150);
        pool.Crash();
        Steps(pool, 80);
        return pool.History[0];
    }

    private static void Steps(RecordedPool pool, int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            pool.Step();
        }
    }
}
