using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <summary>
/// A pool's decisions as a deterministic machine: inputs in, journal entries and intents out. Whatever it does it does by
/// applying an entry, so reading the journal back rebuilds it. The grain around it makes the entries durable before any
/// message leaves, and carries the transaction of an intent to its end.
/// </summary>
public sealed class PoolMachine(PoolId pool, PoolLimits limits)
{
    private readonly Dictionary<JobId, SortedList<int, PoolAttempt>> _jobs = [];
    private readonly SortedSet<JobId> _order = [];
    private readonly PendingQueue _queue = new();
    private readonly RackBook _racks = new();
    private readonly HashSet<RackId> _knownRacks = [];
    private List<PoolEntry> _entries = [];
    private bool _capacityGrew;

    public PoolId Pool { get; } = pool;

    public PoolLimits Limits { get; } = limits;

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

    public void BeginEpoch() => Do(new PoolEntry { Kind = PoolEntryKind.EpochBegan, Epoch = Epoch + 1 });

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

        Do(new PoolEntry { Kind = PoolEntryKind.Enqueued, Attempt = attempt, Spec = spec, SubmittedAt = submittedAt });
        return null;
    }

    /// <summary>This attempt and older ones of its job are over. Answers what must be given back now.</summary>
    public IReadOnlyList<PoolAttempt> End(AttemptId attempt)
    {
        if (!_jobs.TryGetValue(attempt.Job, out var attempts))
        {
            return [];
        }

        var over = attempts.Values.Where(a => a.Id.Number <= attempt.Number && !a.EndWanted).ToList();
        foreach (var one in over)
        {
            Do(new PoolEntry { Kind = PoolEntryKind.Ended, Attempt = one.Id });
        }

        return [.. over.Where(a => a.Stage == AttemptStage.Freeing)];
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

    /// <summary>A rack as it is now. Answers false when the view is out of date.</summary>
    public bool SeeRack(RackView view)
    {
        if (!_racks.See(view))
        {
            return false;
        }

        _entries.Add(new PoolEntry { Kind = PoolEntryKind.RackSeen, Rack = view });
        _knownRacks.Add(view.Spec.Rack);
        _capacityGrew = true;
        return true;
    }

    public void AdvanceRack(RackId rack, long version) => _racks.Advance(rack, version);

    /// <summary>Committed attempts that the rack does not show, and committed allocations that the pool does not know.</summary>
    public (IReadOnlyList<PoolAttempt> Missing, IReadOnlyList<RackAllocation> Strangers) Compare(RackView view) =>
        (_racks.MissingIn(view), _racks.StrangersIn(view));

    /// <summary>A quota level freed something.</summary>
    public void QuotaFreed(QuotaPath path) => _queue.WakeQuota(path);

    /// <summary>Levels thought to be full: asked again now and then, in case the news of room was lost.</summary>
    public IReadOnlyList<QuotaPath> FullQuotaLevels => _queue.FullLevels;

    /// <summary>
    /// Plans up to <paramref name="budget"/> attempts, in order. Each is an intent: its capacity is taken here and its entry
    /// waits in <see cref="TakeEntries"/>. A group that does not fit never stands in the way of one that does.
    /// </summary>
    public IReadOnlyList<PoolAttempt> Plan(int budget)
    {
        if (_capacityGrew)
        {
            _capacityGrew = false;
            _queue.WakeNoRoom(_racks.Index.CouldFitNow);
        }

        List<PoolAttempt> planned = [];
        while (planned.Count < budget && Placing < Limits.MaxPlacing && _queue.NextReady() is { } group)
        {
            var head = group.Waiting.First;
            if (_queue.KnownFull(group.Quota, r => AskedOf(head, r)) is { } full)
            {
                _queue.SetQuotaFull(group, full);
            }
            else if (_racks.Index.TryPlace(group.Request) is PlacementAnswer.Placed placed)
            {
                Do(new PoolEntry { Kind = PoolEntryKind.Planned, Attempt = head.Id, Plan = LastPlan + 1, Placement = placed.Placement });
                planned.Add(head);
            }
            else
            {
                _queue.SetNoRoom(group);
            }
        }

        return planned;
    }

    /// <summary>The job committed this plan. False when the pool is past it.</summary>
    public bool Commit(PlanRef plan)
    {
        if (Find(plan.Attempt) is not { Stage: AttemptStage.Placing } attempt || attempt.Plan != plan.Plan)
        {
            return false;
        }

        Do(new PoolEntry { Kind = PoolEntryKind.Committed, Attempt = plan.Attempt, Plan = plan.Plan });
        return true;
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
        if (refusal is not null && attempt.Group is { State: GroupState.Ready } group)
        {
            _queue.SetQuotaFull(group, refusal);
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

    /// <summary>What a placement costs its quota, resource names in order.</summary>
    public ImmutableArray<ResourceAmount> AmountsOf(PoolAttempt attempt)
    {
        SortedDictionary<string, long> amounts = new(StringComparer.Ordinal);
        foreach (var slice in attempt.Placement!.Racks)
        {
            foreach (var worker in slice.Workers)
            {
                var shape = attempt.Spec.Roles[worker.Role].Shape;
                Add(ResourceNames.Cpu, shape.CpuMilli);
                Add(ResourceNames.Memory, shape.MemoryMiB);
                Add(ResourceNames.Gpu, shape.TotalGpuMilli);
                if (shape.Gpus > 0 && _racks.ModelOf(slice.Rack, worker.Slot) is { } model)
                {
                    Add(ResourceNames.GpuOf(model), shape.TotalGpuMilli);
                }
            }
        }

        return [.. amounts.Select(a => new ResourceAmount(a.Key, a.Value))];

        void Add(string resource, long amount)
        {
            if (amount > 0)
            {
                amounts[resource] = amounts.GetValueOrDefault(resource) + amount;
            }
        }
    }

    /// <summary>What an attempt asks of a resource before it is known where it goes: no model is counted unless only one will do.</summary>
    internal static long AskedOf(PoolAttempt attempt, string resource) => attempt.Spec.Roles.Sum(role => role.Count * (resource switch
    {
        ResourceNames.Cpu => role.Shape.CpuMilli,
        ResourceNames.Memory => role.Shape.MemoryMiB,
        ResourceNames.Gpu => role.Shape.TotalGpuMilli,
        _ when role.Shape.GpuModels is [var only] && resource == ResourceNames.GpuOf(only) => role.Shape.TotalGpuMilli,
        _ => 0L,
    }));

    public PoolSnapshot ToSnapshot() => new()
    {
        Epoch = Epoch,
        LastPlan = LastPlan,
        Attempts =
        [
            .. _order.SelectMany(j => _jobs[j].Values).Select(a => new PoolAttemptRecord
            {
                Attempt = a.Id, Spec = a.Spec, SubmittedAt = a.SubmittedAt, Stage = a.Stage, Plan = a.Plan, Placement = a.Placement,
                StopWanted = a.StopWanted, EndWanted = a.EndWanted,
            }),
        ],
        Racks = [.. _knownRacks.OrderBy(r => r.Value, StringComparer.Ordinal)],
    };

    /// <summary>Rebuilds from a snapshot; only before anything else.</summary>
    public void Restore(PoolSnapshot snapshot)
    {
        Epoch = snapshot.Epoch;
        LastPlan = snapshot.LastPlan;
        _knownRacks.UnionWith(snapshot.Racks);
        foreach (var record in snapshot.Attempts)
        {
            var attempt = NewAttempt(record.Attempt, record.Spec, record.SubmittedAt);
            attempt.StopWanted = record.StopWanted;
            attempt.EndWanted = record.EndWanted;
            if (record.Stage == AttemptStage.Queued)
            {
                _queue.Add(attempt);
                continue;
            }

            attempt.Plan = record.Plan;
            attempt.Placement = record.Placement;
            _racks.Own(attempt, taken: false);
            Enter(attempt, record.Stage);
        }
    }

    /// <summary>Applies an entry read back from the journal.</summary>
    public void Replay(PoolEntry entry)
    {
        if (entry.Kind == PoolEntryKind.Planned)
        {
            Apply(entry, taken: false);
        }
        else if (entry.Kind == PoolEntryKind.RackSeen)
        {
            // The rack itself is asked again; only that it exists is remembered.
            _knownRacks.Add(entry.Rack!.Spec.Rack);
        }
        else
        {
            Apply(entry, taken: true);
        }
    }

    private void Do(PoolEntry entry)
    {
        _entries.Add(entry);
        Apply(entry, taken: true);
    }

    private void Apply(PoolEntry entry, bool taken)
    {
        switch (entry.Kind)
        {
            case PoolEntryKind.EpochBegan:
                Invariant.Holds(entry.Epoch > Epoch, "I13", $"pool {Pool}: epoch {entry.Epoch} does not follow {Epoch}");
                Epoch = entry.Epoch;
                break;
            case PoolEntryKind.Enqueued:
                _queue.Add(NewAttempt(entry.Attempt, entry.Spec!, entry.SubmittedAt));
                break;
            case PoolEntryKind.Planned:
                ApplyPlanned(Must(entry), entry, taken);
                break;
            case PoolEntryKind.Committed:
                Leave(Must(entry));
                Enter(Must(entry), AttemptStage.Running);
                break;
            case PoolEntryKind.Aborted:
                ApplyAborted(Must(entry));
                break;
            case PoolEntryKind.StopWanted:
                Must(entry).StopWanted = true;
                break;
            case PoolEntryKind.Ended:
                ApplyEnded(Must(entry));
                break;
            case PoolEntryKind.Freed:
                GiveBack(Must(entry));
                Forget(Must(entry));
                break;
            default:
                throw new InvalidOperationException($"pool {Pool}: journal entry of unknown kind {entry.Kind}; it was written by a newer version");
        }
    }

    private void ApplyPlanned(PoolAttempt attempt, PoolEntry entry, bool taken)
    {
        Invariant.Holds(attempt.Stage == AttemptStage.Queued && entry.Plan > LastPlan, "I7", $"{attempt.Id}: planned while {attempt.Stage}, plan {entry.Plan} after {LastPlan}");
        Invariant.Holds(entry.Placement!.TotalWorkers == attempt.Request.TotalWorkers, "I2", $"{attempt.Id}: plan {entry.Plan} is not the whole gang");
        _queue.Remove(attempt);
        LastPlan = entry.Plan;
        attempt.Plan = entry.Plan;
        attempt.Placement = entry.Placement;
        _racks.Own(attempt, taken);
        Enter(attempt, AttemptStage.Placing);
    }

    private void ApplyAborted(PoolAttempt attempt)
    {
        GiveBack(attempt);
        if (attempt.EndWanted)
        {
            Forget(attempt);
            return;
        }

        attempt.Stage = AttemptStage.Queued;
        attempt.StopWanted = false;
        _queue.Add(attempt);
    }

    private void ApplyEnded(PoolAttempt attempt)
    {
        attempt.EndWanted = true;
        if (attempt.Stage == AttemptStage.Queued)
        {
            _queue.Remove(attempt);
            Forget(attempt);
        }
        else if (attempt.Stage == AttemptStage.Running)
        {
            Leave(attempt);
            Enter(attempt, AttemptStage.Freeing);
        }

        // While Placing the transaction goes on to its end: the job refuses the commit, and then it is freed.
    }

    private void GiveBack(PoolAttempt attempt)
    {
        _racks.Disown(attempt);
        Leave(attempt);
        attempt.Plan = 0;
        attempt.Placement = null;
        _capacityGrew = true;
    }

    private void EndOlder(AttemptId attempt) => End(attempt with { Number = attempt.Number - 1 });

    private PoolAttempt NewAttempt(AttemptId id, JobSpec spec, DateTimeOffset submittedAt)
    {
        var attempt = new PoolAttempt(id, spec, submittedAt, GangRequest.Of(spec));
        if (!_jobs.TryGetValue(id.Job, out var attempts))
        {
            attempts = new SortedList<int, PoolAttempt>(1);
            _jobs.Add(id.Job, attempts);
            _order.Add(id.Job);
        }

        attempts.Add(id.Number, attempt);
        return attempt;
    }

    private void Forget(PoolAttempt attempt)
    {
        var attempts = _jobs[attempt.Id.Job];
        attempts.Remove(attempt.Id.Number);
        if (attempts.Count == 0)
        {
            _jobs.Remove(attempt.Id.Job);
            _order.Remove(attempt.Id.Job);
        }
    }

    private void Enter(PoolAttempt attempt, AttemptStage stage)
    {
        attempt.Stage = stage;
        Count(attempt, 1);
    }

    private void Leave(PoolAttempt attempt) => Count(attempt, -1);

    private void Count(PoolAttempt attempt, int sign)
    {
        if (attempt.Stage == AttemptStage.Placing)
        {
            Placing += sign;
            GpuMilliPlacing += sign * attempt.Spec.TotalGpuMilli;
        }
        else
        {
            Running += attempt.Stage == AttemptStage.Running ? sign : 0;
            GpuMilliRunning += sign * attempt.Spec.TotalGpuMilli;
        }
    }

    private PoolAttempt Must(PoolEntry entry)
    {
        var attempt = Find(entry.Attempt);
        Invariant.Holds(attempt is not null, "I4", $"pool {Pool}: {entry.Kind} of {entry.Attempt}, which is not here");
        return attempt;
    }
}
