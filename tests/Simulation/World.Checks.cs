using Grains.Jobs;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Scheduling.Explain;
using Scheduling.Jobs;
using Scheduling.Ledger;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Simulation;

/// <content>What must hold when nothing is under way.</content>
internal sealed partial class World
{
    /// <summary>What is found wrong at rest; empty is what it should be.</summary>
    public IReadOnlyList<string> Check()
    {
        var rows = Rows(includeEnded: true);
        var index = new PlacementIndex();
        List<string> wrong = [];
        Cluster.Run(async () =>
        {
            await PoolGrain.Audit();
            wrong.AddRange((await PoolGrain.Audit()).Failures);
            var machine = Seen.Pool!.Machine;
            Dictionary<AttemptId, int> held = [];
            foreach (var id in await PoolGrain.ListRacks(null, 100))
            {
                var rack = (await Client.GetGrain<IRackGrain>(id.Value).GetView())!;
                index.SetRack(rack);
                wrong.AddRange(Scheduling.Audit.RackAudit.Check(rack).Broken);
                foreach (var allocation in rack.Allocations)
                {
                    held[allocation.Attempt] = held.GetValueOrDefault(allocation.Attempt) + allocation.Workers.Length;
                    if (!allocation.Committed)
                    {
                        wrong.Add($"I8: {allocation.Attempt} is held on {id} and nobody commits it");
                    }
                }
            }

            var charges = (await Client.GetGrain<IQuotaGrain>("c").GetCharges()).Select(c => c.Attempt).ToHashSet();
            foreach (var id in rows.Select(r => r.Job))
            {
                wrong.AddRange(CheckJob((await Job(id).Get(Operator))!, held, charges, machine));
            }

            wrong.AddRange(_accepted.Except(rows.Select(r => r.Job)).Select(id => $"I4: {id} was acknowledged and is lost"));
            wrong.AddRange(held.Keys.Select(a => $"I8: {a} holds GPUs and no running job owns it"));
            wrong.AddRange(charges.Select(a => $"I3: {a} is charged and no running job owns it"));
            wrong.AddRange(CheckLedger(await PoolGrain.GetView(), machine));
        });

        // What a quota refused is tried again now and then: only what is found twice stays so.
        var queue = CheckQueueOnce(index);
        Cluster.RunFor(TimeSpan.FromSeconds(3));
        wrong.AddRange(queue.Intersect(CheckQueueOnce(index)));
        wrong.AddRange(Seen.Broken);
        wrong.AddRange(ReplayCheck.Check(_medium, Pool));
        return wrong;
    }

    /// <summary>After <see cref="Finish"/>: only services are left, at the size that was wanted last.</summary>
    public IReadOnlyList<string> CheckFinished()
    {
        List<string> wrong = [];
        foreach (var row in Live().Where(r => r.Parent is null))
        {
            var job = Cluster.Run(() => Job(row.Job).Get(Operator))!;
            if (!IsUp(job))
            {
                var why = Cluster.Run(() => PoolGrain.Explain(Operator, row.Job));
                wrong.Add($"I12: {row.Job} is {job.Phase} at attempt {job.Attempt} ({job.Reason}) with parts {job.Parts}, waits for [{string.Join(',', job.Unmet)}]: {why?.Reason} {why?.Message}");
            }
        }

        return wrong;
    }

    /// <summary>After <see cref="Empty"/>: nothing is left anywhere.</summary>
    public IReadOnlyList<string> CheckEmpty()
    {
        List<string> wrong = [.. Live().Select(r => $"I6: {r.Job} is {r.Phase}, held: {r.Held}, and should have ended")];
        var machine = Seen.Pool!.Machine;
        if ((machine.Pending, machine.Placing, machine.Running, machine.Promises.Count, machine.GpuMilliPromised) != (0, 0, 0, 0, 0L))
        {
            wrong.Add($"I8: the empty pool has {machine.Pending} waiting, {machine.Placing} placing, {machine.Running} running, {machine.Promises.Count} promises");
        }

        return wrong;
    }

    /// <summary>I9: attempts that went for another which then neither started nor is promised anything.</summary>
    public IReadOnlyList<string> Wasted()
    {
        List<string> wasted = [];
        foreach (var (victim, preemptor) in Seen.Asked)
        {
            var (job, other) = Cluster.Run(async () => ((await Job(victim.Job).Get(Operator))!, (await Job(preemptor.Job).Get(Operator))!));
            var went = job.Attempt > victim.Number;
            var started = other.Attempt > preemptor.Number || other.PlacedAt is not null || other.Phase.IsEnded();
            if (went && !started && !Seen.Pool!.Machine.Promises.ContainsKey(preemptor))
            {
                wasted.Add($"I9: {victim} went for {preemptor}, which is {other.Phase}: {Seen.Pool.Machine.Explain(preemptor.Job, _ => true)?.Message}");
            }
        }

        return wasted;
    }

    private static bool IsUp(JobView job) =>
        job is { Phase: JobPhase.Running, Spec.Set.Kind: OriginKind.Replica } && job.Parts is { Pending: 0, Suspended: 0 } parts
        && parts.Running == (job.Replicas ?? job.Spec.Set.Count);

    private bool IsFinished() => Live().Where(r => r.Parent is null).All(r => IsUp(Cluster.Run(() => Job(r.Job).Get(Operator))!));

    private static IEnumerable<string> CheckJob(JobView job, Dictionary<AttemptId, int> held, HashSet<AttemptId> charges, PoolMachine machine)
    {
        var attempt = new AttemptId(job.Id, job.Attempt);
        var workers = held.GetValueOrDefault(attempt);
        var charged = charges.Remove(attempt);
        held.Remove(attempt);
        var runs = job.Phase.HoldsResources() && job.Spec.Set is null;
        if (workers != (runs ? job.Spec.TotalWorkers : 0))
        {
            yield return $"I2: {attempt} is {job.Phase} with {workers} of {job.Spec.TotalWorkers} workers";
        }

        if (charged != runs)
        {
            yield return $"I3: {attempt} is {job.Phase}, charged: {charged}";
        }

        if (machine.FindJob(job.Id) is { } known && known.SubmittedAt != job.SubmittedAt)
        {
            yield return $"I9: {known.Id} queues as of {known.SubmittedAt:O}, submitted at {job.SubmittedAt:O}";
        }

        // Who is asked to make room is so for a promise that stands.
        if (job.Preemption is { } asked && !(machine.Promises.TryGetValue(asked.Preemptor, out var claim) && claim.Victims.Contains(attempt)))
        {
            yield return $"I9: {attempt} is asked to make room for {asked.Preemptor}, which has no promise of it";
        }
    }

    private List<string> CheckQueueOnce(PlacementIndex index)
    {
        Cluster.RunUntil(() => Seen.Pool!.Machine.Placing == 0);
        Cluster.RunFor(TimeSpan.FromMilliseconds(200));
        return [.. CheckQueue(Seen.Pool!.Machine, index)];
    }

    /// <summary>I11: nobody waits for what is there.</summary>
    private static IEnumerable<string> CheckQueue(PoolMachine machine, PlacementIndex index)
    {
        if (machine.Placing != 0)
        {
            yield return $"{machine.Placing} attempts are still being placed at rest";
        }

        foreach (var attempt in machine.AttemptsAfter(null).Where(a => a.Stage == AttemptStage.Queued))
        {
            var why = machine.Explain(attempt.Id.Job, _ => true)!.Reason;
            if (why == PendingReason.PendingEvaluation)
            {
                yield return $"I11: {attempt.Id} waits to be looked at, at rest";
            }
            else if (why is PendingReason.Resources or PendingReason.TopologyPlacementFailed or PendingReason.NeverFits && machine.Promises.Count == 0
                && index.TryPlace(attempt.Request) is PlacementAnswer.Placed)
            {
                yield return $"I11: {attempt.Id} waits for {why}, and has room";
            }
        }

        foreach (var claim in machine.Promises.Values.Where(c => c.Kind == ClaimKind.Evict && !machine.AttemptsAfter(null).Any(a => IsOn(a, c.Target))))
        {
            yield return $"I9: all that {claim.For} was promised is free, and it still waits: {machine.Explain(claim.For.Job, _ => true)?.Message}";
        }
    }

    private static bool IsOn(PoolAttempt attempt, GangPlacement target) => attempt.Placement is { } placement
        && placement.Racks.Any(r => target.Racks.Any(t => t.Rack == r.Rack && t.Workers.Any(w => r.Workers.Any(o => o.Slot == w.Slot))));

    /// <summary>I17.</summary>
    private static IEnumerable<string> CheckLedger(PoolView view, PoolMachine machine)
    {
        var sum = Enum.GetValues<GpuUse>().Sum(machine.Ledger!.Seconds);
        if (Math.Abs(sum - machine.Ledger.CapacitySeconds) > 0.001)
        {
            yield return $"I17: {sum} GPU-seconds are accounted for, of {machine.Ledger.CapacitySeconds}";
        }

        var used = view.Ledger.Where(l => l.Category is not ("idle" or "unhealthy" or "fragmented")).Sum(l => l.Seconds);
        if (used <= 0 || view.Ledger.Any(l => l.Seconds < 0))
        {
            yield return $"I17: {string.Join(", ", view.Ledger)}";
        }
    }
}
