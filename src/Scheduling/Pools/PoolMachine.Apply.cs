using Scheduling.Fairness;
using Scheduling.Ledger;
using Scheduling.Model;
using Scheduling.Placement;

namespace Scheduling.Pools;

/// <content>How entries change the state: the one way it ever changes, live and when the journal is read back.</content>
public sealed partial class PoolMachine
{
    public PoolSnapshot ToSnapshot() => new()
    {
        Epoch = Epoch,
        LastPlan = LastPlan,
        Attempts =
        [
            .. _order.SelectMany(j => _jobs[j].Values).Select(a => new PoolAttemptRecord
            {
                Attempt = a.Id, Spec = a.Spec, SubmittedAt = a.SubmittedAt, Stage = a.Stage, Plan = a.Plan, Placement = a.Placement,
                StopWanted = a.StopWanted, EndWanted = a.EndWanted, Undoing = a.Undoing, Amounts = Guards.Hold(Guard.SnapshotOfAmounts) ? a.Amounts : [],
                CommittedAt = a.CommittedAt, CheckpointedAt = a.CheckpointedAt,
                CheckpointBy = a.CheckpointBy, Key = a.Key, ExpectedAtMost = a.ExpectedAtMost, Batch = a.Features.Batch, RanBefore = a.RanBefore, GaveWay = a.GaveWay,
            }),
        ],
        Racks = [.. _knownRacks.OrderBy(r => r.Value, StringComparer.Ordinal)],
        Ledger = _ledger?.Snapshot(),
        Now = Now,
        // What there is to share is read off the racks again.
        Shares = _shares.Snapshot() with { Capacity = [] },
        SharesAt = _sharesAt,
        Claims = Guards.Hold(Guard.SnapshotOfClaims) ? [.. _promises.Values] : [],
        Evictions = _evictions.Snapshot(),
        Levels = [.. _levels.Values],
        Predictor = _predictor.Snapshot(),
        Batches = _batches.Snapshot(),
        EarlierRuns = _runs.Snapshot(),
        LookedAt = _lookedAt,
        Earmarks = [.. _earmarks.All],
    };

    /// <summary>Rebuilds from a snapshot; only before anything else.</summary>
    public void Restore(PoolSnapshot snapshot)
    {
        Epoch = snapshot.Epoch;
        LastPlan = snapshot.LastPlan;
        Now = snapshot.Now;
        _sharesAt = snapshot.SharesAt;
        RestorePredictions(snapshot);
        if (snapshot.Shares is { } shares)
        {
            _shares = FairShareBook.Restore(shares, Policy.ShareHalfLife);
        }

        foreach (var levels in snapshot.Levels)
        {
            _levels[levels.Cohort] = levels;
        }

        _ledger = snapshot.Ledger is { } ledger ? GpuSecondLedger.Restore(ledger) : null;
        _knownRacks.UnionWith(snapshot.Racks);
        foreach (var record in snapshot.Attempts)
        {
            var attempt = NewAttempt(record.Attempt, record.Spec, record.SubmittedAt, record.Key, record.ExpectedAtMost, record.Batch);
            attempt.RanBefore = record.RanBefore;
            attempt.GaveWay = record.GaveWay;
            attempt.StopWanted = record.StopWanted;
            attempt.EndWanted = record.EndWanted;
            attempt.Undoing = record.Undoing;
            attempt.CheckpointBy = record.CheckpointBy;
            if (record.Stage == AttemptStage.Queued)
            {
                JoinQueue(attempt);
                continue;
            }

            attempt.Plan = record.Plan;
            attempt.Placement = record.Placement;
            attempt.Amounts = record.Amounts;
            attempt.CommittedAt = record.CommittedAt;
            attempt.CheckpointedAt = record.CheckpointedAt;
            _racks.Own(attempt, taken: false);
            Enter(attempt, record.Stage);
            Foresee(attempt);
        }

        foreach (var claim in snapshot.Claims)
        {
            Keep(claim);
        }

        _evictions.Restore(snapshot.Evictions);
        _earmarks.Set(snapshot.Earmarks);
    }

    /// <summary>Applies an entry read back from the journal.</summary>
    public void Replay(PoolEntry entry)
    {
        if (entry.Kind == PoolEntryKind.Planned)
        {
            Apply(entry, taken: false);
        }
        else if (entry.Kind == PoolEntryKind.Enqueued)
        {
            // Live, its batch was looked up before the entry was made.
            _ = BatchOf(entry.Attempt, FeaturesOf(entry.Spec!), entry.At);
            Apply(entry, taken: true);
        }
        else if (entry.Kind == PoolEntryKind.RackSeen)
        {
            // The rack itself is asked again; only that it exists is remembered.
            _knownRacks.Add(entry.Rack!.Spec.Rack);
        }
        else if (entry.Kind == PoolEntryKind.LedgerSaved)
        {
            _ledger = GpuSecondLedger.Restore(entry.Ledger!);
        }
        else
        {
            Apply(entry, taken: true);
        }
    }

    private void Do(PoolEntry entry)
    {
        entry = entry with { At = _clock };
        _entries.Add(entry);
        Tally(entry);
        var calledOff = _calledOff.Count;
        Apply(entry, taken: true);
        _tally = _tally with { CalledOff = _tally.CalledOff + _calledOff.Count - calledOff };
    }

    private void Apply(PoolEntry entry, bool taken)
    {
        See(entry.At);
        ForgetLook();
        switch (entry.Kind)
        {
            case PoolEntryKind.EpochBegan:
                Invariant.Holds(entry.Epoch > Epoch, "I13", $"pool {Pool}: epoch {entry.Epoch} does not follow {Epoch}");
                Epoch = entry.Epoch;
                break;
            case PoolEntryKind.Enqueued:
                ApplyEnqueued(entry);
                break;
            case PoolEntryKind.Planned:
                ApplyPlanned(Must(entry), entry, taken);
                break;
            case PoolEntryKind.Committed:
                ApplyCommitted(Must(entry));
                break;
            case PoolEntryKind.Aborted:
                ApplyAborted(Must(entry));
                break;
            case PoolEntryKind.UndoBegan:
                Must(entry).Undoing = true;
                break;
            case PoolEntryKind.StopWanted:
                Must(entry).StopWanted = true;
                break;
            case PoolEntryKind.CheckpointWanted:
                Must(entry).CheckpointBy = entry.Checkpoint;
                break;
            case PoolEntryKind.Ended:
                ApplyEnded(Must(entry), entry.ComesBack);
                break;
            case PoolEntryKind.ClaimMade or PoolEntryKind.ClaimDropped or PoolEntryKind.EarmarksSet or PoolEntryKind.EarmarkEnded:
                ApplyPromise(entry);
                break;
            case PoolEntryKind.Checkpointed:
                Must(entry).CheckpointedAt = entry.Checkpoint;
                break;
            case PoolEntryKind.LevelsSet:
                ApplyLevels(entry.Levels!);
                break;
            case PoolEntryKind.Ticked:
                ApplyTicked();
                break;
            case PoolEntryKind.PassedOver or PoolEntryKind.ClaimsPlanned or PoolEntryKind.ClaimsAttached or PoolEntryKind.QuotaFreed or PoolEntryKind.ClaimConfirmed:
                // Inputs: what came of them follows, and who waits for what is found out anew.
                break;
            case PoolEntryKind.Freed:
                GiveBack(Must(entry));
                Forget(Must(entry));
                break;
            default:
                throw new InvalidOperationException($"pool {Pool}: journal entry of unknown kind {entry.Kind}; it was written by a newer version");
        }
    }

    /// <summary>What is kept for somebody, or no longer.</summary>
    private void ApplyPromise(PoolEntry entry)
    {
        switch (entry.Kind)
        {
            case PoolEntryKind.ClaimMade:
                ApplyClaimMade(entry.Claim!);
                break;
            case PoolEntryKind.ClaimDropped:
                ApplyClaimEnded(entry.Attempt);
                break;
            case PoolEntryKind.EarmarksSet:
                ApplyEarmarks(entry.Earmarks);
                break;
            case PoolEntryKind.EarmarkEnded:
                EndEarmark(entry.Attempt);
                break;
        }
    }

    private void ApplyPlanned(PoolAttempt attempt, PoolEntry entry, bool taken)
    {
        Invariant.Holds(attempt.Stage == AttemptStage.Queued && entry.Plan > LastPlan, "I7", $"{attempt.Id}: planned while {attempt.Stage}, plan {entry.Plan} after {LastPlan}");
        Invariant.Holds(entry.Placement!.TotalWorkers == attempt.Request.TotalWorkers, "I2", $"{attempt.Id}: plan {entry.Plan} is not the whole gang");
        Invariant.Holds(IsWithinItsDomain(attempt.Request.Topology, entry.Placement), "I10", $"{attempt.Id}: plan {entry.Plan} leaves the {attempt.Request.Topology.Required} it requires");
        _queue.Remove(attempt);
        ApplyClaimEnded(attempt.Id);
        LastPlan = entry.Plan;
        attempt.Plan = entry.Plan;
        attempt.Placement = entry.Placement;
        attempt.Amounts = entry.Amounts;
        _racks.Own(attempt, taken);
        ChargeShare(attempt);
        Enter(attempt, AttemptStage.Placing);
    }

    private void ApplyCommitted(PoolAttempt attempt)
    {
        Leave(attempt);

        attempt.CommittedAt = Now;
        EndEarmark(attempt.Id);

        // The job may have ended before the pool heard that it had begun.
        Enter(attempt, attempt.EndWanted ? AttemptStage.Freeing : AttemptStage.Running);
        Foresee(attempt);
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
        attempt.CheckpointBy = null;
        attempt.Undoing = false;
        attempt.MayBeCommitted = false;
        JoinQueue(attempt);
    }

    private void ApplyEnqueued(PoolEntry entry)
    {
        var earlier = _runs.Of(entry.Attempt.Job);
        var attempt = NewAttempt(entry.Attempt, entry.Spec!, entry.SubmittedAt, entry.Key, entry.ExpectedAtMost, entry.Batch);
        (attempt.RanBefore, attempt.GaveWay) = (earlier.Seconds, earlier.GaveWay);
        JoinQueue(attempt);
    }

    private void ApplyEnded(PoolAttempt attempt, bool comesBack)
    {
        attempt.EndWanted = true;
        EndEarmark(attempt.Id);
        if (attempt.Stage == AttemptStage.Queued)
        {
            _queue.Remove(attempt);
            Forget(attempt);
        }
        else if (attempt.Stage == AttemptStage.Running)
        {
            Ran(attempt, comesBack);
            Leave(attempt);
            Enter(attempt, AttemptStage.Freeing);
        }

        // While Placing the transaction goes on to its end: the job refuses the commit, and then it is freed.
    }

    private void GiveBack(PoolAttempt attempt)
    {
        _racks.Disown(attempt);
        KeepForOthers(attempt.Placement!);
        Leave(attempt);
        RefundShare(attempt);
        attempt.Plan = 0;
        attempt.Placement = null;
        attempt.Amounts = [];
        attempt.CheckpointedAt = null;
        attempt.EvictedFor = null;
        attempt.PreemptionAsked = false;
        _claimsStale = true;
        _capacityGrew = true;
    }

    private void EndOlder(AttemptId attempt) => End(attempt with { Number = attempt.Number - 1 }, comesBack: true);

    private PoolAttempt NewAttempt(AttemptId id, JobSpec spec, DateTimeOffset submittedAt, long key, TimeSpan? expectedAtMost, long batch)
    {
        var attempt = new PoolAttempt(id, spec, submittedAt, Shared(GangRequest.Of(spec)))
        {
            Key = key, ExpectedAtMost = expectedAtMost, Features = FeaturesOf(spec) with { Batch = batch },
        };
        attempt.ExpectedWork = WorkOf(attempt);
        if (!_jobs.TryGetValue(id.Job, out var attempts))
        {
            attempts = new SortedList<int, PoolAttempt>(1);
            _jobs.Add(id.Job, attempts);
            _order.Add(id.Job);
        }

        attempts.Add(id.Number, attempt);
        return attempt;
    }

    /// <summary>Equal requests are one object: the index keeps what it made of a request with it, and 100,000 alike cost one.</summary>
    private GangRequest Shared(GangRequest request)
    {
        if (_requests.TryGetValue(request, out var known))
        {
            return known;
        }

        if (_requests.Count >= MaxSharedRequests)
        {
            _requests.Clear();
        }

        _requests.Add(request, request);
        return request;
    }

    private void Forget(PoolAttempt attempt)
    {
        _freeing.Remove(attempt);
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
        _active.Add(attempt);
        _standings.Add(attempt, 1);
        if (stage == AttemptStage.Freeing)
        {
            _freeing.Add(attempt);
        }
    }

    private void Leave(PoolAttempt attempt)
    {
        Count(attempt, -1);
        _active.Remove(attempt);
        _standings.Add(attempt, -1);
    }

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
