using System.Security.Cryptography;
using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Replay;

/// <summary>
/// Re-decides a recorded journal with the production code (I18): of each entry only what came in is given to a machine, and all that the
/// machine makes must be what was recorded, in order, bit for bit; and at each snapshot its state must be the snapshot's.
/// </summary>
/// <remarks>
/// It starts where machines start: where an activation began. There it is built as the activation was, from the snapshot and the entries that
/// the activation read. What comes before the first activation, or after a difference, cannot be re-decided, because a snapshot does not hold
/// what a machine finds out by itself (who was found not to fit, what racks offer). Stretches come in order, one at a time; the last two are kept.
/// </remarks>
/// <param name="pool">Whose.</param>
/// <param name="codec">How entries and states are written.</param>
/// <param name="since">Entries before that are decided again and not counted; null: all are.</param>
/// <param name="until">It ends with the first entry after that; null: with the last.</param>
public sealed class PoolReplay(PoolId pool, ReplayCodec codec, DateTimeOffset? since = null, DateTimeOffset? until = null)
{
    /// <summary>Entries of one input that may come before the one that says what came in; more is a difference.</summary>
    private const int MostAhead = 4096;

    private readonly Queue<(PoolEntry Entry, long Position)> _recorded = [];
    private readonly Queue<PoolEntry> _made = [];
    private PoolHistory? _before;
    private PoolHistory? _current;
    private PoolMachine? _machine;
    private int _next;
    private Beginning? _beginning;
    private ReplayReport _report = new()
    {
        Verdict = ReplayVerdict.Nothing, Entries = 0, Decisions = 0, Differences = 0, Skipped = 0, Snapshots = 0, From = default, To = default, StateHash = "",
        WhySkipped = "there is no activation's beginning in it",
    };

    /// <summary>All that was asked for is decided: nothing that follows counts.</summary>
    public bool IsPast { get; private set; }

    /// <summary>Re-decides stretches that follow each other.</summary>
    public static ReplayReport Run(IEnumerable<PoolHistory> stretches, PoolId pool, ReplayCodec codec)
    {
        var replay = new PoolReplay(pool, codec);
        foreach (var stretch in stretches)
        {
            replay.Begin(stretch);
            while (replay.Step(int.MaxValue))
            {
            }
        }

        return replay.End();
    }

    /// <summary>The next stretch. The one before must have been stepped through.</summary>
    public void Begin(PoolHistory stretch)
    {
        if (IsPast)
        {
            return;
        }

        if (_current is not null && _current.End != stretch.Position)
        {
            Stop($"entries {_current.End + 1} to {stretch.Position} are not kept");
            _current = null;
        }

        if (_machine is not null && stretch.Start is { } start)
        {
            Compare(start, stretch.Position);
        }

        (_before, _current, _next) = (_current, stretch, 0);
    }

    /// <summary>Goes on, by up to so many entries. False: the stretch is through, or what was asked for.</summary>
    public bool Step(int most)
    {
        for (var steps = 0; steps < most; steps++)
        {
            if (_beginning is { } beginning)
            {
                Recall(beginning);
            }
            else if (_current is { } current && _next < current.Entries.Length && !IsAfter(current.Entries[_next]))
            {
                Next(current.Entries[_next], current.Position + _next + 1);
                _next++;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What it came to so far; nothing may follow.</summary>
    public ReplayReport End()
    {
        MustBeEven();
        var hash = _machine is null ? "" : Convert.ToHexStringLower(SHA256.HashData(codec.State(StateOf(_machine.ToSnapshot()))).AsSpan(0, 8));
        return _report with { StateHash = hash, WhySkipped = _report.Skipped == 0 && _report.Entries > 0 ? null : _report.WhySkipped };
    }

    private bool IsAfter(PoolEntry entry) => IsPast |= until is { } end && entry.At > end;

    private void Next(PoolEntry entry, long position)
    {
        if (entry.Kind == PoolEntryKind.EpochBegan)
        {
            BeginEpoch(entry, position);
        }
        else if (_machine is null)
        {
            _report = _report with { Skipped = _report.Skipped + (since is { } begin && entry.At < begin ? 0 : 1) };
        }
        else if (entry.Kind != PoolEntryKind.LedgerSaved)
        {
            // GPU time is counted when somebody asks: it is a measurement, and no decision rests on it.
            Redo(_machine, entry, position);
        }
    }

    private void BeginEpoch(PoolEntry entry, long position)
    {
        MustBeEven();
        if (entry.Setup is not { Rules: PoolSetup.CurrentRules } setup)
        {
            LeaveOut(entry.Setup is null
                ? "an older version, which did not record all that came in, wrote it"
                : $"it was decided by rules {entry.Setup.Rules}, and this program has rules {PoolSetup.CurrentRules}");
        }
        else if (SourceOf(setup.BuiltFrom) is { } source)
        {
            Stop(null);
            var machine = new PoolMachine(pool, setup.Limits, setup.Policy, setup.Placement);
            if (source.Start is { } start)
            {
                machine.Restore(start);
            }

            _beginning = new Beginning(machine, entry, position, source);
        }
        else
        {
            LeaveOut($"the snapshot of position {setup.BuiltFrom}, which the activation began from, is not kept");
        }
    }

    private PoolHistory? SourceOf(long position) =>
        _current!.Position == position ? _current : _before is { } before && before.Position == position ? before : null;

    /// <summary>The activation read this back before it began. One entry at a time; after the last it begins.</summary>
    private void Recall(Beginning beginning)
    {
        try
        {
            if (beginning.Read + 1 < beginning.Position)
            {
                var from = beginning.Read < beginning.Source.End ? beginning.Source : _current!;
                beginning.Machine.Replay(from.Entries[(int)(beginning.Read - from.Position)]);
                beginning.Read++;
                return;
            }

            beginning.Machine.BeginEpoch(beginning.Entry.At, beginning.Source.Position);
        }
        catch (Exception e)
        {
            Differ(beginning.Position, beginning.Entry.At, ReplayText.Of(beginning.Entry), $"what was before it cannot be read back: {e.Message}");
            return;
        }

        (_machine, _beginning) = (beginning.Machine, null);
        _recorded.Enqueue((beginning.Entry, beginning.Position));
        Take(_machine);
        Match();
    }

    private void Redo(PoolMachine machine, PoolEntry entry, long position)
    {
        _recorded.Enqueue((entry, position));
        try
        {
            machine.Redo(entry);
        }
        catch (Exception e)
        {
            // Whatever a machine says to an input that once went through is a difference, and not the end of the replay.
            Differ(position, entry.At, ReplayText.Of(entry), $"a failure: {e.Message}");
            return;
        }

        Take(machine);
        Match();
        if (_recorded.Count > MostAhead)
        {
            Differ(position, entry.At, ReplayText.Of(entry), ReplayText.Nothing);
        }
    }

    private void Take(PoolMachine machine)
    {
        foreach (var made in machine.TakeEntries())
        {
            _made.Enqueue(made);
        }

        if (machine.HasCalledOff)
        {
            machine.TakeCalledOff();
        }

        machine.TakeLetGo();
        machine.TakeFreeing();
    }

    private void Match()
    {
        while (_recorded.TryPeek(out var recorded) && _made.TryPeek(out var made))
        {
            if (!codec.Same(recorded.Entry, made))
            {
                Differ(recorded.Position, recorded.Entry.At, ReplayText.Of(recorded.Entry), ReplayText.Of(made));
                return;
            }

            _recorded.Dequeue();
            _made.Dequeue();
            Count(recorded.Entry);
        }
    }

    /// <summary>All that one input makes is written together: where the journal ends, or another activation began, nothing may be left over.</summary>
    private void MustBeEven()
    {
        if (_recorded.TryPeek(out var left))
        {
            Differ(left.Position, left.Entry.At, ReplayText.Of(left.Entry), ReplayText.Nothing);
        }
        else if (_made.TryPeek(out var made))
        {
            Differ(_current!.Position + _next, made.At, ReplayText.Nothing, ReplayText.Of(made));
        }
    }

    private void Count(PoolEntry entry)
    {
        if (since is { } begin && entry.At < begin)
        {
            return;
        }

        var decided = entry.Kind is PoolEntryKind.Planned or PoolEntryKind.PassedOver or PoolEntryKind.ClaimMade or PoolEntryKind.ClaimDropped;
        _report = _report with
        {
            Verdict = _report.Differences > 0 ? ReplayVerdict.Different : ReplayVerdict.Identical,
            Entries = _report.Entries + 1,
            Decisions = _report.Decisions + (decided ? 1 : 0),
            From = _report.Entries == 0 ? entry.At : _report.From,
            To = entry.At > _report.To ? entry.At : _report.To,
        };
    }

    private void Compare(PoolSnapshot recorded, long position)
    {
        var (stored, decided) = (StateOf(recorded), StateOf(_machine!.ToSnapshot()));
        if (!codec.Same(stored, decided))
        {
            Differ(position, recorded.Now, $"a snapshot of {recorded.Attempts.Length} attempts", $"another state: {ReplayText.Differing(stored, decided, codec)}");
            return;
        }

        _report = _report with { Snapshots = _report.Snapshots + 1 };
    }

    private static PoolSnapshot StateOf(PoolSnapshot snapshot) => snapshot with { Ledger = null };

    private void Differ(long position, DateTimeOffset at, string recorded, string decided)
    {
        _report = _report with
        {
            Verdict = ReplayVerdict.Different,
            Differences = _report.Differences + 1,
            First = _report.First ?? new ReplayDifference { Position = position, At = at, Recorded = recorded, Decided = decided },
        };
        Stop("it comes after a difference");
    }

    private void LeaveOut(string why)
    {
        Stop(why);
        _report = _report with { Skipped = _report.Skipped + 1 };
    }

    private void Stop(string? why)
    {
        _machine = null;
        _beginning = null;
        _recorded.Clear();
        _made.Clear();
        _report = _report with { WhySkipped = why ?? _report.WhySkipped };
    }

    /// <summary>An activation that is being built as it was.</summary>
    private sealed class Beginning(PoolMachine machine, PoolEntry entry, long position, PoolHistory source)
    {
        public PoolMachine Machine => machine;

        public PoolEntry Entry => entry;

        public long Position => position;

        public PoolHistory Source => source;

        /// <summary>The last position that was read back.</summary>
        public long Read { get; set; } = source.Position;
    }
}
