using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>
/// A pool that is driven second by second, in the plainest way, and writes down all that happens: the truth that runs are held against. It shares
/// nothing with them but the machine and the tree: jobs, workers, messages and timers are imitated here by hand.
/// </summary>
internal sealed class RecordedPool
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private readonly PoolMachine _machine;
    private readonly QuotaTree _tree = new("c");
    private readonly List<PoolEntry> _entries = [];
    private readonly Dictionary<JobId, Job> _jobs = [];
    private readonly ImmutableArray<RackView> _racks;
    private readonly PoolPolicy _policy;
    private readonly List<Job> _leaving = [];
    private bool _again;

    public RecordedPool(ImmutableArray<RackView> racks, PoolPolicy? policy = null)
    {
        (_racks, _policy) = (racks, policy ?? new PoolPolicy());
        _machine = new PoolMachine(new PoolId("p"), new PoolLimits(), _policy);
        _machine.Advance(Specs.Start);
        foreach (var rack in racks)
        {
            _machine.SeeRack(rack);
        }
    }

    public DateTimeOffset Now { get; private set; } = Specs.Start;

    /// <summary>When each job started first.</summary>
    public Dictionary<JobId, DateTimeOffset> Starts { get; } = [];

    public Dictionary<JobId, DateTimeOffset> Ends { get; } = [];

    public int Evictions { get; private set; }

    public IReadOnlyList<PoolEntry> Entries => _entries;

    public void Set(string path, QuotaSpec spec)
    {
        var change = Assert.IsType<SpecDecision.Change>(_tree.DecideSpec(new QuotaPath(path), spec, _tree.Version, Now));
        _tree.Apply(change.Entry);
    }

    /// <summary>What there was before anything was recorded, as an administrator would ask from.</summary>
    public WhatIfStart Start(PoolSnapshot? snapshot = null) => new()
    {
        Pool = new PoolId("p"), At = snapshot?.Now ?? Specs.Start, Snapshot = snapshot, Racks = _racks, Policy = _policy, Trees = [_tree.Snapshot() with { Charges = [] }],
    };

    public PoolSnapshot Snapshot() => _machine.ToSnapshot();

    /// <summary>Forgets what was written down so far.</summary>
    public void Cut()
    {
        _entries.Clear();
    }

    public void Submit(string id, JobSpec spec, int seconds)
    {
        var job = new Job(new AttemptId(new JobId(id), 1), spec, Now, TimeSpan.FromSeconds(seconds));
        _jobs.Add(job.Attempt.Job, job);
        Kick();
        Assert.Null(_machine.Enqueue(job.Attempt, spec, Now));
    }

    /// <summary>A second passes: what ends ends, what comes comes, and then it is decided.</summary>
    public void Second(Action? comes = null)
    {
        Now += TimeSpan.FromSeconds(1);
        foreach (var job in _jobs.Values.Where(j => j.EndsAt <= Now).OrderBy(j => j.EndsAt).ThenBy(j => j.Order).ToList())
        {
            job.EndsAt = null;
            Kick();
            _machine.End(job.Attempt);
            _jobs.Remove(job.Attempt.Job);
            Ends[job.Attempt.Job] = Now;
        }

        comes?.Invoke();
        if ((Now - Specs.Start).Ticks % Beat.Ticks == 0)
        {
            Timer();
        }

        while (_again)
        {
            Pump();
        }

        _machine.CheckClaims();
        _tree.CheckInvariants();
    }

    /// <summary>Something happens: the pool is told the time, and looks afterwards.</summary>
    private void Kick()
    {
        _machine.Advance(Now);
        _again = true;
    }

    private void Timer()
    {
        Kick();
        Room([.. _tree.EndEarmarks(Now)]);
        _machine.ReviewClaims();
        foreach (var (victim, _) in _machine.WantedEvictions())
        {
            victim.PreemptionAsked = false;
        }

        AskToLeave(standing: true);
        foreach (var path in _machine.FullQuotaLevels)
        {
            _machine.QuotaFreed(path);
        }
    }

    private void Pump()
    {
        _again = false;
        foreach (var over in _machine.TakeFreeing())
        {
            _tree.Apply(_tree.DecideRefund(over.Ref, Now)!);
            Room([over.Spec.Quota]);
            _machine.Free(over.Ref);
        }

        foreach (var content in _machine.TakeLetGo())
        {
            Room([.. new[] { _tree.CallOff(content.Id) }.OfType<QuotaPath>()]);
        }

        if (_machine.ClaimsDue)
        {
            foreach (var head in _machine.HeadsToHelp())
            {
                var running = _machine.WhoMayBorrow().SelectMany(g => g).ToList();
                _machine.SeeBorrowing(running, running.Select(r => r.Id).Where(_tree.IsBorrowing).ToHashSet());
                _machine.SeeOutlook(head.Id, _tree.Foresee(_machine.ChargeOf(head), [], Now));
                Learn();
            }

            _machine.PlanClaims();
            AskToLeave(standing: false);
        }

        while (_machine.Plan(256) is { Count: > 0 } planned)
        {
            Place(planned);
        }

        // Who was asked has stopped already, so nobody hears of it.
        _ = _machine.TakeCalledOff();
        Leave();
        _entries.AddRange(_machine.TakeEntries());
    }

    private void Place(IReadOnlyList<PoolAttempt> planned)
    {
        Room([.. _tree.EndEarmarks(Now)]);
        foreach (var attempt in planned)
        {
            var charge = new QuotaCharge
            {
                Attempt = attempt.Id, Path = attempt.Spec.Quota, Amounts = attempt.Amounts, Plan = attempt.Plan, Priority = attempt.Spec.Priority, User = attempt.Spec.User,
            };
            if (_tree.DecideCharge(charge, Now) is ChargeDecision.Refuse { Refusal: var refusal })
            {
                if (refusal.Owed)
                {
                    _tree.Earmark(charge, Now + TimeSpan.FromSeconds(60));
                }
                else
                {
                    Room([.. new[] { _tree.CallOff(attempt.Id) }.OfType<QuotaPath>()]);
                }

                _machine.BeginUndo(attempt.Ref);
                _machine.Abort(attempt.Ref, refusal);
                _again = true;
                continue;
            }

            _tree.Apply(Assert.IsType<ChargeDecision.Change>(_tree.DecideCharge(charge, Now)).Entry);
            Assert.True(_machine.Commit(attempt.Ref));
            var job = _jobs[attempt.Id.Job];
            Starts.TryAdd(attempt.Id.Job, Now);
            (job.EndsAt, job.Order) = (Now + job.Work, attempt.Plan);
        }

        Learn();
    }

    private void AskToLeave(bool standing)
    {
        _again = true;
        var agreed = new HashSet<AttemptId>();
        foreach (var claim in _machine.ClaimsToConfirm(standing).Where(c => _machine.Promises.ContainsKey(c.For)))
        {
            var charge = _machine.ChargeOf(_machine.Find(claim.For)!);
            var outlook = _tree.Foresee(charge, _machine.GoneFor(claim), Now);
            if (outlook is { Now: not null, Then: null })
            {
                _tree.Earmark(charge, Now + TimeSpan.FromSeconds(60));
            }

            if (_machine.Confirm(claim.For, outlook))
            {
                agreed.Add(claim.For);
            }
        }

        foreach (var (victim, _) in _machine.WantedEvictions().Where(w => !w.Victim.PreemptionAsked && agreed.Contains(w.Preemptor)).ToList())
        {
            victim.PreemptionAsked = true;
            var job = _jobs[victim.Id.Job];
            _machine.Stop(job.Attempt);
            job.EndsAt = null;
            _leaving.Add(job);
        }
    }

    /// <summary>Jobs here save nothing: who is asked stops at once, and begins anew later.</summary>
    private void Leave()
    {
        foreach (var job in _leaving)
        {
            job.Attempt = job.Attempt with { Number = job.Attempt.Number + 1 };
            Assert.Null(_machine.Enqueue(job.Attempt, job.Spec, job.SubmittedAt));
            Evictions++;
            _again = true;
        }

        _leaving.Clear();
    }

    private void Room(IReadOnlyList<QuotaPath> freed)
    {
        var levels = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var path in freed)
        {
            for (QuotaPath? level = path; level is { } at; level = at.Parent)
            {
                levels.Add(at.Value);
            }
        }

        foreach (var level in levels)
        {
            _machine.QuotaFreed(new QuotaPath(level));
            _again = true;
        }
    }

    private void Learn()
    {
        if (_machine.KnownVersion("c") != _tree.Version)
        {
            _machine.SetLevels(CohortLevels.Of("c", _tree.Version, _tree.Settings));
        }
    }

    private sealed class Job(AttemptId attempt, JobSpec spec, DateTimeOffset submittedAt, TimeSpan work)
    {
        public AttemptId Attempt { get; set; } = attempt;

        public JobSpec Spec { get; } = spec;

        public DateTimeOffset SubmittedAt { get; } = submittedAt;

        public TimeSpan Work { get; } = work;

        public DateTimeOffset? EndsAt { get; set; }

        public long Order { get; set; }
    }
}
