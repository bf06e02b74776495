using System.Collections.Immutable;
using Scheduling.Fairness;
using Scheduling.Model;
using Scheduling.Order;
using Scheduling.Placement;
using Scheduling.Placement.Policies;
using Scheduling.Preemption;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <summary>
/// A pool's decisions as a deterministic machine: inputs in, journal entries and intents out. Whatever it does it does by
/// applying an entry, so reading the journal back rebuilds it. The grain around it makes the entries durable before any
/// message leaves, and carries the transaction of an intent to its end.
/// </summary>
public sealed partial class PoolMachine
{
    private readonly Dictionary<JobId, SortedList<int, PoolAttempt>> _jobs = [];
    private readonly SortedSet<JobId> _order = [];
    private readonly PendingQueue _queue;
    private readonly RackBook _racks;
    private readonly HashSet<RackId> _knownRacks = [];
    private const int MaxSharedRequests = 16_384;

    private readonly Dictionary<GangRequest, GangRequest> _requests = [];
    private readonly HashSet<PoolAttempt> _freeing = [];

    /// <summary>Attempts that have something on racks, by plan: the same order whatever happened before.</summary>
    private readonly ActiveAttempts _active = new();
    private readonly string _placement;
    private List<PoolEntry> _entries = [];
    private bool _capacityGrew;

    /// <param name="pool">Its id.</param>
    /// <param name="limits">What it holds at most.</param>
    /// <param name="policy">Order, reservations, preemption; null: the defaults.</param>
    /// <param name="placement">A name of <see cref="ScoringPolicies"/>: what chooses the node of single workers.</param>
    public PoolMachine(PoolId pool, PoolLimits limits, PoolPolicy? policy = null, string placement = ScoringPolicies.ByLevel)
    {
        _placement = placement;
        _racks = new RackBook(ScoringPolicies.Choose(placement));
        Pool = pool;
        Limits = limits;
        Policy = policy ?? new PoolPolicy();
        _queue = new PendingQueue(RankOf);
        _shares = new FairShareBook(Policy.ShareHalfLife);
        _policy = OrderPolicies.ByName[Policy.Order];
        _claims = new ClaimBook(_racks.Index, Policy.MaxClaims);
        _evictions = new EvictionBook(Policy.Limits.EvictionWindow);
        _earmarks = new EarmarkBook(_racks);
    }

    public PoolId Pool { get; }

    public PoolLimits Limits { get; }

    public PoolPolicy Policy { get; }

    public long Epoch { get; private set; }

    public long LastPlan { get; private set; }

    public int Pending => _queue.Count;

    /// <summary>Attempts between plan and commit.</summary>
    public int Placing { get; private set; }

    /// <summary>Attempts with a committed placement.</summary>
    public int Running { get; private set; }

    /// <summary>GPU thousandths in plans, committed or not, and not yet given back.</summary>
    public long GpuMilliPlacing { get; private set; }

    public long GpuMilliRunning { get; private set; }

    internal PendingQueue Queue => _queue;

    internal RackBook Racks => _racks;

    public PoolCapacity Capacity => _racks.Index.Totals;

    /// <summary>Racks that an activation must attach to.</summary>
    public IReadOnlyCollection<RackId> KnownRacks => _knownRacks;

    public RackView? FindRack(RackId rack) => _racks.Find(rack);

    /// <summary>Entries made since the last call, in order. They must be durable before anything they stand for is done.</summary>
    public IReadOnlyList<PoolEntry> TakeEntries()
    {
        if (_entries.Count == 0)
        {
            return [];
        }

        var taken = _entries;
        _entries = [];
        return taken;
    }

    public PoolAttempt? Find(AttemptId id) =>
        _jobs.TryGetValue(id.Job, out var attempts) ? attempts.GetValueOrDefault(id.Number) : null;

    /// <summary>The newest attempt of a job; null when the pool has none.</summary>
    public PoolAttempt? FindJob(JobId job) => _jobs.TryGetValue(job, out var attempts) ? attempts.Values[^1] : null;

    /// <summary>Live attempts in job order after <paramref name="after"/>.</summary>
    public IEnumerable<PoolAttempt> AttemptsAfter(JobId? after)
    {
        var jobs = after is { } from && _order.Count > 0 && from.CompareTo(_order.Max) < 0
            ? _order.GetViewBetween(from, _order.Max).Where(j => j != from)
            : after is null ? _order : Enumerable.Empty<JobId>();
        return jobs.SelectMany(j => _jobs[j].Values);
    }

    public int CountPending(TenantId tenant) => _queue.CountOf(tenant);

    /// <summary>A new activation takes over.</summary>
    /// <param name="now">The time; what is due by then is done at the next <see cref="Advance"/>.</param>
    /// <param name="builtFrom">The journal position of the snapshot that this machine was restored from.</param>
    public void BeginEpoch(DateTimeOffset now = default, long builtFrom = 0)
    {
        _clock = now > Now ? now : Now;
        Do(new PoolEntry
        {
            Kind = PoolEntryKind.EpochBegan, Epoch = Epoch + 1,
            Setup = new PoolSetup { Rules = PoolSetup.CurrentRules, BuiltFrom = builtFrom, Limits = Limits, Policy = Policy, Placement = _placement },
        });
    }

    /// <summary>Queues an attempt; null when done (now or before), otherwise which limit stands against it.</summary>
    public string? Enqueue(AttemptId attempt, JobSpec spec, DateTimeOffset submittedAt)
    {
        if (FindJob(attempt.Job) is { } known)
        {
            if (known.Id.Number >= attempt.Number)
            {
                return null;
            }

            EndOlder(attempt);
        }
        else if (Pending >= Limits.MaxPendingJobs)
        {
            return $"pool '{Pool}' already has {Limits.MaxPendingJobs} jobs waiting";
        }
        else if (CountPending(spec.Tenant) >= Limits.MaxPendingPerTenant)
        {
            return $"tenant '{spec.Tenant}' already has {Limits.MaxPendingPerTenant} jobs waiting in pool '{Pool}'";
        }

        Do(Enqueued(attempt, spec, submittedAt));
        return null;
    }

    /// <summary>This attempt and older ones of its job are over; what they have is to be given back: see <see cref="TakeFreeing"/>.</summary>
    /// <param name="attempt">The newest that is over.</param>
    /// <param name="comesBack">Its job goes on with the next one.</param>
    public void End(AttemptId attempt, bool comesBack = false)
    {
        if (!_jobs.TryGetValue(attempt.Job, out var attempts))
        {
            return;
        }

        foreach (var over in attempts.Values.Where(a => a.Id.Number <= attempt.Number && !a.EndWanted).ToList())
        {
            DropClaim(over.Id);
            LetGoOfQuota(over);
            Do(new PoolEntry { Kind = PoolEntryKind.Ended, Attempt = over.Id, ComesBack = comesBack });
        }
    }

    /// <summary>Attempts whose resources are to be given back, each answered once.</summary>
    public IReadOnlyList<PoolAttempt> TakeFreeing()
    {
        if (_freeing.Count == 0)
        {
            return [];
        }

        var taken = _freeing.OrderBy(a => a.Plan).ToList();
        _freeing.Clear();
        return taken;
    }

    /// <summary>The attempt's workers are to be stopped. False when that changes nothing.</summary>
    public bool Stop(AttemptId attempt)
    {
        if (Find(attempt) is not { StopWanted: false, Stage: AttemptStage.Placing or AttemptStage.Running })
        {
            return false;
        }

        Do(new PoolEntry { Kind = PoolEntryKind.StopWanted, Attempt = attempt });
        return true;
    }

    /// <summary>The attempt's workers are to save their work by then; null: no longer. False when that changes nothing.</summary>
    public bool Checkpoint(AttemptId attempt, DateTimeOffset? stopAt)
    {
        if (Find(attempt) is not { StopWanted: false, EndWanted: false, Stage: AttemptStage.Placing or AttemptStage.Running } found || found.CheckpointBy == stopAt)
        {
            return false;
        }

        Do(new PoolEntry { Kind = PoolEntryKind.CheckpointWanted, Attempt = attempt, Checkpoint = stopAt });
        return true;
    }

    /// <summary>The attempt's work was saved at this time.</summary>
    public void Checkpointed(AttemptId attempt, DateTimeOffset at)
    {
        if (Find(attempt) is { Stage: AttemptStage.Running } found && !(found.CheckpointedAt >= at))
        {
            Do(new PoolEntry { Kind = PoolEntryKind.Checkpointed, Attempt = attempt, Checkpoint = at });
        }
    }

    /// <summary>A rack as it is now. Answers false when the view is out of date.</summary>
    public bool SeeRack(RackView view)
    {
        var known = _racks.Find(view.Spec.Rack);
        if (!_racks.See(view))
        {
            return false;
        }

        _entries.Add(new PoolEntry { Kind = PoolEntryKind.RackSeen, Rack = view, At = _clock });
        _knownRacks.Add(view.Spec.Rack);
        _earmarks.OnSeen(view);
        _claims.Reattach(view.Spec.Rack);
        DropReplaced(known, view);
        Follow(view.Spec.Rack, _racks.Moved);
        _capacityGrew = true;
        _claimsStale = true;
        _sharesStale = true;
        return true;
    }

    /// <summary>The rack is at this version: older views are out of date. Not journaled: it only decides which views are seen, and those are.</summary>
    public void AdvanceRack(RackId rack, long version) => _racks.Advance(rack, version);

    /// <summary>Committed attempts that the rack does not show, and committed allocations that the pool does not know.</summary>
    public (IReadOnlyList<PoolAttempt> Missing, IReadOnlyList<RackAllocation> Strangers) Compare(RackView view) =>
        (_racks.MissingIn(view), _racks.StrangersIn(view));

    /// <summary>The job committed this plan. False when the pool is past it.</summary>
    public bool Commit(PlanRef plan)
    {
        if (Find(plan.Attempt) is not { Stage: AttemptStage.Placing, Undoing: false } attempt || attempt.Plan != plan.Plan)
        {
            return false;
        }

        Do(new PoolEntry { Kind = PoolEntryKind.Committed, Attempt = plan.Attempt, Plan = plan.Plan });
        return true;
    }

    /// <summary>From here on this plan never goes forward again: what it has is about to be given back.</summary>
    public void BeginUndo(PlanRef plan)
    {
        if (Find(plan.Attempt) is { Stage: AttemptStage.Placing, Undoing: false } attempt && attempt.Plan == plan.Plan)
        {
            Do(new PoolEntry { Kind = PoolEntryKind.UndoBegan, Attempt = plan.Attempt, Plan = plan.Plan });
        }
    }

    /// <summary>
    /// The plan came to nothing and all it had was given back: the attempt queues again, or goes if it is over.
    /// With <paramref name="refusal"/> its group waits for that quota level.
    /// </summary>
    public void Abort(PlanRef plan, QuotaRefusal? refusal)
    {
        if (Find(plan.Attempt) is not { Stage: AttemptStage.Placing } attempt || attempt.Plan != plan.Plan)
        {
            return;
        }

        Do(new PoolEntry { Kind = PoolEntryKind.Aborted, Attempt = plan.Attempt, Plan = plan.Plan });

        // Its like may have found no room meanwhile, because of it: what it was told is what they all wait for.
        if (refusal is not null && attempt.Group is { State: not GroupState.QuotaFull } group)
        {
            _entries[^1] = _entries[^1] with { Refusal = refusal };
            Refuse(group, attempt, refusal);
        }
    }

    /// <summary>Racks and quota took back what the attempt had.</summary>
    public void Free(PlanRef plan)
    {
        if (Find(plan.Attempt) is { Stage: AttemptStage.Freeing } attempt && attempt.Plan == plan.Plan)
        {
            Do(new PoolEntry { Kind = PoolEntryKind.Freed, Attempt = plan.Attempt, Plan = plan.Plan });
        }
    }
}
