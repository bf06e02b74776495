using Grains;
using Grains.Jobs;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Orleans.Simulation;
using Scheduling.Explain;
using Scheduling.Jobs;
using Scheduling.Ledger;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Simulation.CrashPoints;

/// <summary>What must hold of a simulated cluster with one pool and one quota tree when nothing is under way, whatever happened before.</summary>
/// <param name="cluster">The cluster, at rest.</param>
/// <param name="jobs">Finds the jobs that its silos stored.</param>
/// <param name="seen">Looks into its grains.</param>
/// <param name="pool">The one pool.</param>
/// <param name="viewer">May see every job.</param>
internal sealed class AtRestChecks(SimulatedCluster cluster, IJobIndex jobs, Watcher seen, PoolId pool, Caller viewer)
{
    /// <summary>The one quota tree.</summary>
    private const string Cohort = "c";

    private IPoolGrain Pool => cluster.Client.GetGrain<IPoolGrain>(pool.Value);

    /// <summary>What is found wrong at rest; empty is what it should be.</summary>
    /// <param name="accepted">Jobs whose submission was answered with yes.</param>
    public IReadOnlyList<string> Check(IEnumerable<JobId> accepted)
    {
        var rows = Rows(includeEnded: true);
        var index = new PlacementIndex();
        List<string> wrong = [];
        cluster.Run(async () =>
        {
            await Pool.Audit();
            wrong.AddRange((await Pool.Audit()).Failures);
            var machine = seen.Pool!.Machine;
            Dictionary<AttemptId, int> held = [];
            foreach (var id in await Pool.ListRacks(null, 100))
            {
                var rack = (await cluster.Client.GetGrain<IRackGrain>(id.Value).GetView())!;
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

            var charges = (await cluster.Client.GetGrain<IQuotaGrain>(Cohort).GetCharges()).Select(c => c.Attempt).ToHashSet();
            foreach (var id in rows.Select(r => r.Job))
            {
                wrong.AddRange(CheckJob((await cluster.Client.GetGrain<IJobGrain>(id.Value).Get(viewer))!, held, charges, machine));
            }

            wrong.AddRange(accepted.Except(rows.Select(r => r.Job)).Select(id => $"I4: {id} was acknowledged and is lost"));
            wrong.AddRange(held.Keys.Select(a => $"I8: {a} holds GPUs and no running job owns it"));
            wrong.AddRange(charges.Select(a => $"I3: {a} is charged and no running job owns it"));
            wrong.AddRange(CheckLedger(await Pool.GetView(), machine));
        });

        // What a quota refused is tried again now and then: only what is found twice stays so.
        var queue = CheckQueueOnce(index);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        wrong.AddRange(queue.Intersect(CheckQueueOnce(index)));
        wrong.AddRange(seen.Broken);
        return wrong;
    }

    /// <summary>Once every job was ended: nothing is left anywhere.</summary>
    public IReadOnlyList<string> CheckEmpty()
    {
        List<string> wrong = [.. Rows(includeEnded: false).Select(r => $"I6: {r.Job} is {r.Phase}, held: {r.Held}, and should have ended")];
        var machine = seen.Pool!.Machine;
        if ((machine.Pending, machine.Placing, machine.Running, machine.Promises.Count, machine.GpuMilliPromised) != (0, 0, 0, 0, 0L))
        {
            wrong.Add($"I8: the empty pool has {machine.Pending} waiting, {machine.Placing} placing, {machine.Running} running, {machine.Promises.Count} promises");
        }

        return wrong;
    }

    /// <summary>The stored jobs, in the order of their ids.</summary>
    public List<JobIndexRow> Rows(bool includeEnded) => cluster.Run(async () =>
    {
        List<JobIndexRow> rows = [];
        IReadOnlyList<JobIndexRow> page;
        do
        {
            page = await jobs.Scan(rows.Count == 0 ? null : rows[^1].Job, 1000, includeEnded);
            rows.AddRange(page);
        }
        while (page.Count == 1000);
        return rows;
    });

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
        cluster.RunUntil(() => seen.Pool!.Machine.Placing == 0);
        cluster.RunFor(TimeSpan.FromMilliseconds(200));
        return [.. CheckQueue(seen.Pool!.Machine, index)];
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

        if (view.Ledger.Any(l => l.Seconds < 0))
        {
            yield return $"I17: {string.Join(", ", view.Ledger)}";
        }
    }
}
