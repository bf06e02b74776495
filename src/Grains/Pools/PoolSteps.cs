using System.Collections.Immutable;
using Grains.Jobs;
using Grains.Quotas;
using Grains.Racks;
using Microsoft.Extensions.Logging;
using Scheduling;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Grains.Pools;

/// <summary>
/// The placement transaction, for a whole round at once. Each step is idempotent and is tried a few times; what still has no
/// answer is in doubt, and the whole recipe is run again for it later. docs/architecture.md has the page on it.
/// </summary>
internal sealed class PoolSteps(PoolCore core, PoolQuota quota, IGrainFactory grains, ILogger log)
{
    private const int PlaceConcurrency = 64;
    private static readonly TimeSpan Backoff = TimeSpan.FromMilliseconds(100);

    private PoolMachine Machine => core.Machine;

    /// <summary>How a round ended.</summary>
    /// <param name="Unsettled">Committed, but some rack has not heard of it yet.</param>
    public readonly record struct Outcome(int Committed, int Aborted, IReadOnlyList<PoolAttempt> InDoubt, IReadOnlyList<PoolAttempt> Unsettled);

    /// <summary>Carries planned attempts from intent to commit, or back into the queue.</summary>
    public async Task<Outcome> Place(IReadOnlyList<PoolAttempt> attempts)
    {
        var round = new PlacementRound(attempts);

        // 1. The intents are durable before the first message leaves.
        if (Guards.Hold(Guard.DurableIntent))
        {
            await core.Flush();
        }

        // 2. One charge per quota tree.
        await Each(ByTree(round.Alive), (cohort, of) => Charge(cohort, of, round), round, "charging");

        // 3. One hold message per rack.
        await Each(ByRack(round.Alive), (rack, on) => Hold(rack, on, round), round, "holding");

        // 4. The job's own durable write is the commit point.
        await Parallelism.ForEach(round.Alive, PlaceConcurrency, a => Step(() => Commit(a, round), [a], round, "committing"));

        // 5. Only now the world may act on it; the racks hear that their holds are allocations.
        await core.Flush();
        // (Some may have ended while others were still being committed.)
        var unsettled = await SettleAll(round.Committed);

        // 6. What came to nothing gives back what it has, and only then queues again.
        var undone = await Undo(round);
        return new Outcome(round.Committed.Count, undone, [.. round.InDoubt], unsettled);
    }

    /// <summary>Tells the racks that these holds are allocations. Answers the attempts of which some rack may not have heard.</summary>
    public async Task<IReadOnlyList<PoolAttempt>> SettleAll(IEnumerable<PoolAttempt> attempts)
    {
        var settling = new PlacementRound([]);
        await Each(ByRack(attempts.Where(a => a.Stage == AttemptStage.Running)), Settle, settling, "settling");
        return [.. settling.InDoubt];
    }

    /// <summary>Gives back what ended attempts have. Answers those that could not be freed yet.</summary>
    public async Task<IReadOnlyList<PoolAttempt>> Free(IReadOnlyList<PoolAttempt> attempts)
    {
        var round = new PlacementRound(attempts);
        foreach (var attempt in attempts)
        {
            core.Feed.Add(attempt, Machine.Epoch, AssignmentWish.Gone);
        }

        await GiveBack(attempts, round);
        if (!Guards.Hold(Guard.FreedWhenGivenBack))
        {
            round.InDoubt.Clear();
        }

        core.Tell();
        foreach (var attempt in round.Alive)
        {
            Machine.Free(attempt.Ref);
        }

        await core.Flush();
        return [.. round.InDoubt];
    }

    /// <summary>
    /// Asks attempts to make room. Whoever does not hear it is asked again later; the promise that stands behind it is durable.
    /// </summary>
    public Task Evict(IReadOnlyList<(PoolAttempt Victim, AttemptId Preemptor)> wanted)
    {
        var round = new PlacementRound([]);
        return Parallelism.ForEach(wanted, PlaceConcurrency, w => Step(() => Preempt(w.Victim, w.Preemptor), [], round, "asking a job to make room"));
    }

    /// <summary>Tells attempts that they need not make room any more. Answers those that did not hear it.</summary>
    public async Task<IReadOnlyList<CalledOff>> CallOff(IReadOnlyList<CalledOff> evictions)
    {
        var (round, heard) = (new PlacementRound([]), new HashSet<CalledOff>());
        await Parallelism.ForEach(evictions, PlaceConcurrency, off => Step(
            async () =>
            {
                await grains.GetGrain<IJobGrain>(off.Victim.Job.Value).CallOffPreemption(off.Victim.Number, off.Preemptor);
                heard.Add(off);
            },
            [], round, "calling off an eviction"));
        return [.. evictions.Where(o => !heard.Contains(o))];
    }

    private Task Preempt(PoolAttempt victim, AttemptId preemptor)
    {
        var wanted = victim.Spec.Checkpoint?.Grace ?? TimeSpan.Zero;
        return grains.GetGrain<IJobGrain>(victim.Id.Job.Value).Preempt(new PreemptAttempt
        {
            Attempt = victim.Id.Number,
            Preemptor = preemptor,
            Grace = wanted < core.Options.Policy.MaxGrace ? wanted : core.Options.Policy.MaxGrace,
            Reason = $"makes room for {preemptor.Job}",
        });
    }

    /// <summary>Brings a rack and the pool together again after one of them was away.</summary>
    public async Task Mend(RackView view)
    {
        var (missing, strangers) = Machine.Compare(view);
        if (missing.Count > 0)
        {
            await Hold(view.Spec.Rack, missing, new PlacementRound(missing));
            await Settle(view.Spec.Rack, missing);
        }

        foreach (var stranger in strangers)
        {
            var job = grains.GetGrain<IJobGrain>(stranger.Attempt.Job.Value);
            if (!(await job.Fence(stranger.Attempt.Number, stranger.Plan)).Committed)
            {
                await Send(view.Spec.Rack, [], [new PlanRef(stranger.Attempt, stranger.Plan)]);
            }
        }
    }

    private async Task Charge(string cohort, IReadOnlyList<PoolAttempt> attempts, PlacementRound round)
    {
        var batch = new ChargeBatch
        {
            Pool = Machine.Pool,
            KnownVersion = Machine.KnownVersion(cohort),
            Charges =
            [
                .. attempts.Select(a => new QuotaCharge
                {
                    Attempt = a.Id, Path = a.Spec.Quota, Amounts = a.Amounts, Plan = a.Plan, Priority = a.Spec.Priority, User = a.Spec.User,
                }),
            ],
        };
        var answer = await grains.GetGrain<IQuotaGrain>(cohort).Charge(batch);
        quota.Learn(cohort, answer.Settings);
        for (var i = 0; i < attempts.Count; i++)
        {
            if (answer.Refusals[i] is { } refusal)
            {
                round.Refuse(attempts[i], refusal);
            }
        }
    }

    private async Task Hold(RackId rack, IReadOnlyList<PoolAttempt> attempts, PlacementRound round)
    {
        var batch = new HoldBatch
        {
            Epoch = Machine.Epoch,
            Holds =
            [
                .. attempts.Select(a => new HoldRequest
                {
                    Attempt = a.Id, Plan = a.Plan, Workers = WorkersOn(a, rack), Shapes = a.Shapes, Lease = core.Options.HoldLease,
                    Tenant = a.Spec.Tenant,
                }),
            ],
        };
        var answer = await grains.GetGrain<IRackGrain>(rack.Value).Hold(batch);
        if (answer.Fenced)
        {
            throw Replaced(rack);
        }

        for (var i = 0; i < attempts.Count; i++)
        {
            if (answer.Refusals[i] is not null && Guards.Hold(Guard.WholeGangHeld))
            {
                round.Fail(attempts[i]);
            }
            else if (i < answer.Nodes.Length && attempts[i].Plan == batch.Holds[i].Plan)
            {
                attempts[i].Seat(batch.Holds[i].Workers, answer.Nodes[i]);
            }
        }

        if (answer.Fresh is { } fresh)
        {
            Machine.SeeRack(fresh);
        }
    }

    private async Task Commit(PoolAttempt attempt, PlacementRound round)
    {
        attempt.MayBeCommitted = true;
        var answer = await grains.GetGrain<IJobGrain>(attempt.Id.Job.Value).Place(new PlaceAttempt
        {
            Attempt = attempt.Id.Number, Plan = attempt.Plan, Epoch = Machine.Epoch, Placement = attempt.Placement!,
        });
        if (answer is { Outcome: PlaceOutcome.Refused, WantsPlacement: true } && answer.Attempt == attempt.Id.Number)
        {
            // It waits for exactly this attempt and refuses our epoch: another activation has taken over.
            core.Fenced();
            round.Doubt([attempt]);
            return;
        }

        if (answer.Outcome == PlaceOutcome.Refused)
        {
            // The job is past this attempt, for good: it is not queued again, unless the job itself says so.
            attempt.MayBeCommitted = false;
            Machine.End(attempt.Id);
            round.Fail(attempt);
            return;
        }

        Committed(attempt, round);
    }

    private void Committed(PoolAttempt attempt, PlacementRound round)
    {
        core.Tell().Commit(attempt.Ref);
        round.Commit(attempt);
        if (attempt.Stage == AttemptStage.Running)
        {
            core.Feed.Add(attempt, Machine.Epoch, AssignmentFeed.WishOf(attempt));
        }
    }

    private async Task Settle(RackId rack, IReadOnlyList<PoolAttempt> attempts)
    {
        var missing = await Send(rack, [.. attempts.Select(a => a.Ref)], []);
        foreach (var lost in missing)
        {
            if (Machine.Find(lost.Attempt) is { Stage: AttemptStage.Running } attempt && attempt.Plan == lost.Plan)
            {
                GrainLog.HoldLost(log, Machine.Pool.Value, rack.Value, lost.Attempt.ToString());
                await grains.GetGrain<IJobGrain>(lost.Attempt.Job.Value).Evict(lost.Attempt.Number, $"rack {rack} lost its hold");
            }
        }
    }

    private async Task<int> Undo(PlacementRound round)
    {
        // 6a. Where a commit may have been asked for, only the job knows; asked so, it either has committed or never will.
        await Parallelism.ForEach(round.Undone.Where(a => a is { MayBeCommitted: true, Undoing: false }).ToList(), PlaceConcurrency,
            a => Step(() => AskJob(a, round), [a], round, "asking the job"));

        // 6b. From here on these plans never go forward again, whoever reads the journal next.
        var undone = round.Undone;
        if (undone.Count == 0)
        {
            return 0;
        }

        foreach (var attempt in undone)
        {
            Machine.BeginUndo(attempt.Ref);
        }

        await core.Flush();

        // 6c. Those that quota refused give back too: a charge that was sent twice may still arrive, and must find its plan ended.
        await GiveBack(undone, round);
        undone = round.Undone;
        foreach (var attempt in undone)
        {
            Machine.Abort(attempt.Ref, round.RefusalOf(attempt));
        }

        await core.Flush();
        return undone.Count;
    }

    private async Task AskJob(PoolAttempt attempt, PlacementRound round)
    {
        if ((await grains.GetGrain<IJobGrain>(attempt.Id.Job.Value).Fence(attempt.Id.Number, attempt.Plan)).Committed)
        {
            round.Withdraw(attempt);
            Committed(attempt, round);
            await Mend(attempt);
            return;
        }

        // The number is burnt, or the job is past it: the job itself comes back with the next one if it wants to.
        attempt.MayBeCommitted = false;
        Machine.End(attempt.Id);
    }

    /// <summary>It was committed before, when nobody could say so: the racks hear of it now.</summary>
    private async Task Mend(PoolAttempt attempt)
    {
        foreach (var slice in attempt.Placement!.Racks)
        {
            await Hold(slice.Rack, [attempt], new PlacementRound([attempt]));
            await Settle(slice.Rack, [attempt]);
        }
    }

    private async Task GiveBack(IReadOnlyList<PoolAttempt> attempts, PlacementRound round)
    {
        if (Guards.Hold(Guard.ReleaseSent))
        {
            await Each(ByRack(attempts), (rack, on) => Send(rack, [], [.. on.Select(a => a.Ref)]), round, "releasing");
        }

        if (Guards.Hold(Guard.RefundSent))
        {
            await Each(
                ByTree(attempts), (cohort, of) => grains.GetGrain<IQuotaGrain>(cohort).Refund([.. of.Select(a => a.Ref)]), round, "refunding");
        }
    }

    private async Task<ImmutableArray<PlanRef>> Send(RackId rack, ImmutableArray<PlanRef> commits, ImmutableArray<PlanRef> releases)
    {
        var answer = await grains.GetGrain<IRackGrain>(rack.Value).Settle(new SettleBatch { Epoch = Machine.Epoch, Commits = commits, Releases = releases });
        if (answer.Fenced)
        {
            throw Replaced(rack);
        }

        Machine.AdvanceRack(rack, answer.Version);
        return answer.Missing;
    }

    /// <summary>The rack obeys a newer epoch: this activation ends.</summary>
    private InvalidOperationException Replaced(RackId rack)
    {
        core.Fenced();
        return new InvalidOperationException($"rack {rack} obeys a newer epoch than {Machine.Epoch}");
    }

    private Task Each<TKey>(IEnumerable<IGrouping<TKey, PoolAttempt>> groups, Func<TKey, IReadOnlyList<PoolAttempt>, Task> send, PlacementRound round, string step) =>
        Task.WhenAll(groups.Select(g => (g.Key, Attempts: g.ToList())).ToList().Select(g => Step(() => send(g.Key, g.Attempts), g.Attempts, round, step)));

    /// <summary>One message with its retries; without an answer its attempts are in doubt.</summary>
    private async Task Step(Func<Task> send, IReadOnlyList<PoolAttempt> attempts, PlacementRound round, string step)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await send();
                return;
            }
            catch (Exception e) when (e is not InvariantViolationException)
            {
                GrainLog.StepFailed(log, e, Machine.Pool.Value, step);
                if (attempt >= core.Options.StepTries)
                {
                    round.Doubt(attempts);
                    return;
                }
            }

            await Task.Delay(Backoff * attempt, core.Time);
        }
    }

    private static IEnumerable<IGrouping<string, PoolAttempt>> ByTree(IEnumerable<PoolAttempt> attempts) => attempts.GroupBy(a => a.Spec.Quota.Cohort);

    private static IEnumerable<IGrouping<RackId, PoolAttempt>> ByRack(IEnumerable<PoolAttempt> attempts) =>
        attempts.SelectMany(a => a.Placement!.Racks.Select(s => (s.Rack, Attempt: a))).GroupBy(s => s.Rack, s => s.Attempt);

    private static ImmutableArray<WorkerSlot> WorkersOn(PoolAttempt attempt, RackId rack)
    {
        foreach (var slice in attempt.Placement!.Racks)
        {
            if (slice.Rack == rack)
            {
                return slice.Workers;
            }
        }

        return [];
    }
}
