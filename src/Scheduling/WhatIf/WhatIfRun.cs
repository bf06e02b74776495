using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Scheduling.WhatIf;

/// <summary>
/// One pool over virtual time: its production machine and quota trees decide, jobs obey as <see cref="Jobs.JobDecider"/> says, and workers run for as
/// long as is known or predicted. Nothing outside is touched and nothing is drawn: the same scenario gives the same run. Driven in slices, so that
/// whoever computes it can do other things in between.
/// </summary>
public sealed partial class WhatIfRun
{
    /// <summary>Rounds at one moment: nothing that decides anything takes more.</summary>
    private const int MaxRounds = 100_000;

    /// <summary>How often a pool tells its machine the time, whatever happens.</summary>
    private static readonly TimeSpan TimeBeat = TimeSpan.FromSeconds(5);

    private readonly WhatIfScenario _scenario;
    private readonly WhatIfPast? _past;
    private readonly WhatIfOptions _options;
    private readonly PoolMachine _machine;
    private readonly SortedDictionary<string, WhatIfTree> _trees = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Occurrence, Turn> _events = new();
    private readonly Dictionary<JobId, WhatIfJob> _jobs = [];
    private readonly List<WhatIfFate> _fates = [];
    private readonly List<WhatIfJob> _guests = [];

    /// <summary>What trees answered while the machine planned; null: charged.</summary>
    private readonly Dictionary<AttemptId, QuotaRefusal?> _answers = [];

    /// <summary>Levels that gave something back while the machine planned: it hears of them afterwards.</summary>
    private readonly HashSet<QuotaPath> _freed = [];
    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;
    private DateTimeOffset _now;
    private DateTimeOffset? _reviewAt;
    private DateTimeOffset? _tickAt;
    private long _number;
    private int _ending;
    private int _roundsNow;
    private bool _kicked;
    private bool _begun;
    private bool _over;

    /// <param name="scenario">Start and changes.</param>
    /// <param name="past">What comes; null: nothing but what is there, and the run ends early when all that can end has ended.</param>
    /// <param name="options">The world around.</param>
    /// <param name="until">Nothing after this happens.</param>
    public WhatIfRun(WhatIfScenario scenario, WhatIfPast? past, WhatIfOptions options, DateTimeOffset until)
    {
        (_scenario, _past, _options, _until) = (scenario, past, options, until);
        var start = scenario.Start;
        (_from, _now) = (start.At, start.At);
        var policy = start.Policy with
        {
            ClaimPeriod = options.ClaimPeriod ?? start.Policy.ClaimPeriod,
            ClaimRetry = options.ClaimRetry ?? start.Policy.ClaimRetry,
        };
        _machine = new PoolMachine(start.Pool, start.Limits, policy, start.Placement) { ChargeAtOnce = options.ChargesAtOnce ? ChargeAtOnce : null };
    }

    /// <summary>Hears what the pool's journal would hold, in order.</summary>
    public Action<IReadOnlyList<PoolEntry>>? Decided { get; init; }

    /// <summary>Events so far.</summary>
    public long Steps { get; private set; }

    /// <summary>The virtual time.</summary>
    public DateTimeOffset Now => _now;

    /// <summary>Jobs whose run time was predicted.</summary>
    public int Predicted { get; private set; }

    /// <summary>What has become of every job so far, in the order in which they were first seen.</summary>
    public IEnumerable<WhatIfJobRun> Jobs => _fates.Select(f => new WhatIfJobRun(f.First, f.StartedAt, f.EndedAt, f.Evictions));

    /// <summary>The pool as it stands now: another run can begin there.</summary>
    public PoolSnapshot Snapshot() => _machine.ToSnapshot();

    /// <summary>GPU thousandths × milliseconds that were there so far.</summary>
    private double CapacitySpent { get; set; }

    /// <summary>It has come to its end.</summary>
    internal bool IsOver => _over;

    /// <summary>When something happens next; null: nothing does.</summary>
    internal DateTimeOffset? NextAt => !_begun ? _from : !_over && _events.TryPeek(out _, out var next) ? next.At : null;

    /// <summary>Goes on by so many moments, and not beyond a time where one is given. False: it is over.</summary>
    public bool Step(int moments, DateTimeOffset? to = null)
    {
        if (!_begun)
        {
            _begun = true;
            Begin();
        }

        for (; !_over && moments > 0; moments--)
        {
            Drop();
            if (!_events.TryPeek(out _, out var next) || next.At > _until || IsIdle)
            {
                _over = true;
                break;
            }

            if (next.At > to)
            {
                break;
            }

            Live(next.At);
        }

        return !_over;
    }

    /// <summary>Nothing comes, and nothing is left that could end or start: the time of the last event is the end.</summary>
    private bool IsIdle => _past is null && _ending == 0 && _machine is { Pending: 0, Placing: 0 };

    /// <summary>What concerns workers that are gone does not happen: no pool would look up for it.</summary>
    private void Drop()
    {
        while (_events.TryPeek(out var what, out _) && what is { Kind: OccurrenceKind.Ends or OccurrenceKind.Gone or OccurrenceKind.Saves, Job: { } job }
            && (!job.HasWorkers || job.Run != what.Number))
        {
            _events.Dequeue();
        }
    }

    /// <summary>All that happens at one moment, and then what is decided about it.</summary>
    private void Live(DateTimeOffset now)
    {
        // Whoever drives this asks for whole moments: one without an end would hold him for ever.
        _roundsNow = now > _now ? 0 : _roundsNow + 1;
        if (_roundsNow > MaxRounds)
        {
            throw new InvalidOperationException($"The pool does not come to rest at {_now:O}.");
        }

        Spend(now);
        _machine.Advance(now);
        while (_events.TryPeek(out _, out var next) && next.At == now)
        {
            Steps++;
            Handle(_events.Dequeue());
        }

        Decide();
    }

    private void Decide()
    {
        Pump();
        if (_reviewAt is null && (_machine.WaitsForTime || _trees.Values.Any(t => t.WaitsForTime)))
        {
            _reviewAt = NextBeat(_now, _options.ReviewPeriod);
            Add(_reviewAt.Value, new Occurrence(OccurrenceKind.Review));
        }

        if (_tickAt is null || _tickAt <= _now)
        {
            _tickAt = NextBeat(_machine.NextTick - TimeSpan.FromTicks(1), TimeBeat);
            Add(_tickAt.Value, new Occurrence(OccurrenceKind.Tick));
        }

        if (_options.Checks)
        {
            Check();
        }
    }

    /// <summary>The next moment after this one of a timer that began with the run.</summary>
    private DateTimeOffset NextBeat(DateTimeOffset after, TimeSpan period)
    {
        var since = after > _now ? after : _now;
        return _from + ((((since - _from).Ticks / period.Ticks) + 1) * period);
    }

    private void Handle(Occurrence what)
    {
        switch (what.Kind)
        {
            case OccurrenceKind.RackSeen:
                See(_past!.Racks[(int)what.Number].Rack);
                break;
            case OccurrenceKind.Ends:
                End(what.Job!, what.Number);
                break;
            case OccurrenceKind.Gone:
                Gone(what.Job!, what.Number);
                break;
            case OccurrenceKind.Saves:
                Save(what.Job!, what.Number);
                break;
            case OccurrenceKind.Wakes:
                Wake(what.Job!);
                break;
            case OccurrenceKind.Commits:
                Commit(what.Job!, what.Number);
                break;
            case OccurrenceKind.Leaves:
                TakeBack(what.Job!);
                break;
            case OccurrenceKind.Comes:
                Come(_past!.Arrivals[(int)what.Number]);
                break;
            case OccurrenceKind.Review:
                Review();
                break;
            default:
                // That it is later is all that there is to a tick.
                break;
        }
    }

    private void Add(DateTimeOffset at, Occurrence what) =>
        _events.Enqueue(what, new Turn(at > _now ? at : _now, what.Kind, _number++));

    private void See(RackView rack)
    {
        // A rack's own count of versions is not known in between: what is told here is new.
        var version = (_machine.FindRack(rack.Spec.Rack)?.Version ?? 0) + 1;
        _machine.SeeRack(_scenario.Changed(rack, isCleared: true) with { Version = version });
        _kicked = true;
    }

    private void Spend(DateTimeOffset now)
    {
        if (now > _now)
        {
            CapacitySpent += _machine.Capacity.GpuMilli * (now - _now).TotalMilliseconds;
            _now = now;
        }
    }

    /// <summary>Everything that must hold, from scratch.</summary>
    private void Check()
    {
        _machine.CheckClaims();
        foreach (var tree in _trees.Values)
        {
            tree.Tree.CheckInvariants();
        }

        foreach (var job in _jobs.Values)
        {
            var attempt = _machine.Find(job.Attempt);
            Invariant.Holds(attempt is not null || job.Fate.TurnedAway, "I4", $"{job.Attempt} is live and the pool does not know it");
            Invariant.Holds(job.HasWorkers == (attempt?.Stage == AttemptStage.Running), "I4", $"{job.Attempt} is {attempt?.Stage} and has workers: {job.HasWorkers}");
        }
    }

    /// <summary>What can happen, in the order in which it is looked at when it is at the same time: what gives room first.</summary>
    private enum OccurrenceKind
    {
        RackSeen = 0,
        Ends = 1,
        Gone = 2,
        Saves = 3,
        Wakes = 4,
        Commits = 5,
        Leaves = 6,
        Comes = 7,
        Tick = 8,
        Review = 9,
    }

    /// <param name="Kind">What.</param>
    /// <param name="Job">Whose.</param>
    /// <param name="Number">Of its run, its plan, or a place in the past.</param>
    private readonly record struct Occurrence(OccurrenceKind Kind, WhatIfJob? Job = null, long Number = 0);

    private readonly record struct Turn(DateTimeOffset At, OccurrenceKind Kind, long Number) : IComparable<Turn>
    {
        public int CompareTo(Turn other) =>
            At != other.At ? At.CompareTo(other.At) : Kind != other.Kind ? Kind.CompareTo(other.Kind) : Number.CompareTo(other.Number);
    }
}

/// <summary>What became of one job.</summary>
/// <param name="First">The attempt that it had when it was first seen.</param>
/// <param name="StartedAt">Its first start in the run; null: none.</param>
/// <param name="EndedAt">Null: it is still there.</param>
/// <param name="Evictions">How often it had to leave.</param>
public readonly record struct WhatIfJobRun(AttemptId First, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, int Evictions);
