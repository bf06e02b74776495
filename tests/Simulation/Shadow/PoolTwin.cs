using Scheduling.Ledger;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Simulation.Shadow;

/// <summary>A pool's attempts and where each is between intent and end, by its journal alone.</summary>
internal sealed class PoolTwin(Shadows all)
{
    private readonly Dictionary<AttemptId, Standing> _attempts = [];
    private readonly HashSet<(AttemptId Preemptor, AttemptId Victim)> _claimed = [];
    private readonly BoughtMachines _bought = new();
    private double _capacitySeconds;
    private long _lastPlan;

    public long Epoch { get; private set; }

    /// <summary>What the journal says that this plan takes; null when it has no such plan, or it is over.</summary>
    public GangPlacement? PlacementOf(PlanRef plan) =>
        _attempts.TryGetValue(plan.Attempt, out var standing) && standing.Plan == plan.Plan && standing.Stage != AttemptStage.Queued ? standing.Placement : null;

    /// <summary>It is being given back, so it can never be committed.</summary>
    public bool IsUndone(PlanRef plan) => _attempts.TryGetValue(plan.Attempt, out var standing) && standing.Plan == plan.Plan && standing.Undoing;

    /// <summary>Room was promised to the one by taking it from the other, at some time.</summary>
    public bool WasClaimed(AttemptId preemptor, AttemptId victim) => _claimed.Contains((preemptor, victim));

    public void Apply(PoolEntry entry)
    {
        switch (entry.Kind)
        {
            case PoolEntryKind.EpochBegan:
                all.Holds(entry.Epoch > Epoch, "I13", () => $"epoch {entry.Epoch} of the pool follows {Epoch}");
                Epoch = entry.Epoch;
                return;
            case PoolEntryKind.Enqueued:
                Enqueue(entry);
                return;
            case PoolEntryKind.ClaimMade:
                Claim(entry.Claim!);
                return;
            case PoolEntryKind.LedgerSaved:
                CheckLedger(entry.Ledger!);
                return;
            case PoolEntryKind.EarmarksSet:
                _bought.Set(entry.Earmarks);
                return;
            case PoolEntryKind.EarmarkEnded:
                _bought.End(entry.Attempt);
                return;
            case PoolEntryKind.RackSeen:
                _bought.See(entry.Rack!.Spec);
                return;
            case PoolEntryKind.Ticked or PoolEntryKind.LevelsSet or PoolEntryKind.ClaimDropped:
                return;
            case PoolEntryKind.PassedOver or PoolEntryKind.ClaimsPlanned or PoolEntryKind.ClaimsAttached or PoolEntryKind.QuotaFreed or PoolEntryKind.ClaimConfirmed:
                // Looks and news, kept so that a replay decides from the same.
                return;
        }

        if (!_attempts.TryGetValue(entry.Attempt, out var attempt))
        {
            all.Holds(false, "I4", () => $"{entry.Kind} of {entry.Attempt}, which the pool does not have");
            return;
        }

        Apply(entry, attempt);
    }

    private void Apply(PoolEntry entry, Standing attempt)
    {
        var plan = new PlanRef(entry.Attempt, attempt.Plan);
        switch (entry.Kind)
        {
            case PoolEntryKind.Planned:
                Plan(entry, attempt);
                break;
            case PoolEntryKind.Committed:
                Expect(attempt, AttemptStage.Placing, entry);
                all.Holds(all.Jobs.WasCommitted(plan), "I2", () => $"{plan} is committed for the pool and never was for its job");
                attempt.Stage = attempt.EndWanted ? AttemptStage.Freeing : AttemptStage.Running;
                _bought.End(entry.Attempt);
                break;
            case PoolEntryKind.UndoBegan:
                Expect(attempt, AttemptStage.Placing, entry);
                all.Holds(!all.Jobs.IsCommitted(plan), "I2", () => $"{plan} is undone while its job holds it");
                attempt.Undoing = true;
                break;
            case PoolEntryKind.Aborted:
                Expect(attempt, AttemptStage.Placing, entry);
                all.Holds(attempt.Undoing, "I8", () => $"{plan} came to nothing, and that it is given back was not written down before");
                GiveBack(plan);
                if (attempt.EndWanted)
                {
                    _attempts.Remove(entry.Attempt);
                }

                (attempt.Stage, attempt.Undoing, attempt.Plan, attempt.Placement) = (AttemptStage.Queued, false, 0, null);
                break;
            case PoolEntryKind.Ended:
                End(entry, attempt);
                break;
            case PoolEntryKind.Freed:
                Expect(attempt, AttemptStage.Freeing, entry);
                GiveBack(plan);
                _attempts.Remove(entry.Attempt);
                break;
        }
    }

    private void Enqueue(PoolEntry entry)
    {
        all.Holds(!_attempts.ContainsKey(entry.Attempt), "I4", () => $"{entry.Attempt} is queued twice");
        all.Holds(
            all.Jobs.Find(entry.Attempt.Job) is not { } job || job.SubmittedAt == entry.SubmittedAt, "I9",
            () => $"{entry.Attempt} queues as of {entry.SubmittedAt:O}, and was submitted at {all.Jobs.Find(entry.Attempt.Job)!.SubmittedAt:O}");
        all.Holds(all.Jobs.Knows(entry.Attempt.Job), "I4", () => $"{entry.Attempt} is queued before its job is stored");
        _attempts[entry.Attempt] = new Standing(entry.Spec!);
    }

    private void Plan(PoolEntry entry, Standing attempt)
    {
        Expect(attempt, AttemptStage.Queued, entry);
        all.Holds(entry.Plan > _lastPlan, "I7", () => $"plan {entry.Plan} of {entry.Attempt} follows {_lastPlan}");
        var workers = entry.Placement!.Racks.SelectMany(r => r.Workers).ToList();
        all.Holds(
            workers.Count == attempt.Spec.TotalWorkers && workers.Select(w => w.Rank).Distinct().Count() == workers.Count
            && attempt.Spec.Roles.Select((r, i) => workers.Count(w => w.Role == i) == r.Count).All(same => same), "I2",
            () => $"plan {entry.Plan} of {entry.Attempt} has {workers.Count} of {attempt.Spec.TotalWorkers} workers");
        CheckBought(entry);
        _lastPlan = entry.Plan;
        (attempt.Stage, attempt.Plan, attempt.Placement) = (AttemptStage.Placing, entry.Plan, entry.Placement);
    }

    /// <summary>I9: an empty machine that was bought for a gang that still waits is nobody else's.</summary>
    private void CheckBought(PoolEntry entry)
    {
        foreach (var slice in entry.Placement!.Racks)
        {
            foreach (var worker in slice.Workers)
            {
                if (_bought.OwnerOf(slice.Rack, worker.Slot, entry.At) is { } owner && owner != entry.Attempt
                    && _attempts.TryGetValue(owner, out var waiting) && waiting is { Stage: AttemptStage.Queued, EndWanted: false }
                    && !_attempts.Values.Any(a => a.Placement?.Racks.Any(r => r.Rack == slice.Rack && r.Workers.Any(w => w.Slot == worker.Slot)) == true))
                {
                    all.Holds(false, "I9", () => $"{entry.Attempt} by plan {entry.Plan} gets {slice.Rack} slot {worker.Slot}, which was bought for {owner} and was empty");
                }
            }
        }
    }

    private void End(PoolEntry entry, Standing attempt)
    {
        // The job is past this attempt, or over, before anything of it is given back.
        all.Holds(
            attempt.Plan == 0 || !all.Jobs.IsCommitted(new PlanRef(entry.Attempt, attempt.Plan)), "I4",
            () => $"{entry.Attempt} has ended for the pool while its job holds plan {attempt.Plan}");
        attempt.EndWanted = true;
        _bought.End(entry.Attempt);
        if (attempt.Stage == AttemptStage.Queued)
        {
            _attempts.Remove(entry.Attempt);
        }
        else if (attempt.Stage == AttemptStage.Running)
        {
            attempt.Stage = AttemptStage.Freeing;
        }
    }

    /// <summary>Only what nobody holds any more counts as free.</summary>
    private void GiveBack(PlanRef plan)
    {
        foreach (var rack in all.Racks)
        {
            all.Holds(!rack.Has(plan), "I8", () => $"{plan} is given back for the pool, and a rack still holds {rack.Allocations[plan.Attempt].Workers.Length} workers");
        }

        all.Holds(!all.Quota.Has(plan), "I3", () => $"{plan} is given back for the pool, and is still charged");
    }

    /// <summary>I9: the victim is another job's, and lower.</summary>
    private void Claim(Claim claim)
    {
        foreach (var victim in claim.Kind == ClaimKind.Evict ? claim.Victims : [])
        {
            _claimed.Add((claim.For, victim));
            all.Holds(victim.Job != claim.For.Job, "I9", () => $"{victim} is to make room for its own job");
            if (!all.Quota.HasSettings && _attempts.TryGetValue(claim.For, out var preemptor) && _attempts.TryGetValue(victim, out var other))
            {
                // Nobody borrows where nothing is owed: then only priority counts, or turns among equals that save their work.
                var (mine, theirs) = (preemptor.Spec.Priority, other.Spec.Priority);
                all.Holds(
                    theirs < mine || other.Spec.IsOpportunistic || (theirs == mine && other.Spec.Checkpoint is not null), "I9",
                    () => $"{victim} of priority {theirs} is to make room for {claim.For} of priority {mine}");
            }
        }
    }

    /// <summary>I17.</summary>
    private void CheckLedger(GpuLedgerSnapshot snapshot)
    {
        var ledger = GpuSecondLedger.Restore(snapshot);
        var sum = Enum.GetValues<GpuUse>().Sum(ledger.Seconds);
        var least = Enum.GetValues<GpuUse>().Min(ledger.Seconds);
        all.Holds(Math.Abs(sum - ledger.CapacitySeconds) < 0.001 && least >= 0, "I17", () => $"{sum} GPU-seconds are accounted for, of {ledger.CapacitySeconds}, the least {least}");
        all.Holds(ledger.CapacitySeconds >= _capacitySeconds, "I17", () => $"{_capacitySeconds} GPU-seconds there were, and now {ledger.CapacitySeconds}");
        _capacitySeconds = ledger.CapacitySeconds;
    }

    private void Expect(Standing attempt, AttemptStage stage, PoolEntry entry) =>
        all.Holds(attempt.Stage == stage, "I7", () => $"{entry.Kind} of {entry.Attempt} while it is {attempt.Stage}");

    private sealed class Standing(JobSpec spec)
    {
        public JobSpec Spec { get; } = spec;

        public AttemptStage Stage { get; set; }

        public long Plan { get; set; }

        public GangPlacement? Placement { get; set; }

        public bool Undoing { get; set; }

        public bool EndWanted { get; set; }
    }
}
