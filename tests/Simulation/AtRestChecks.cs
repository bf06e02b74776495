using Grains;
using Grains.Jobs;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Orleans.Simulation;
using Scheduling.Audit;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Pools;
using Scheduling.Preemption;

namespace Simulation;

/// <summary>What must hold of a simulated cluster with one pool and one quota tree when nothing is under way, whatever happened before.</summary>
/// <param name="cluster">The cluster, at rest.</param>
/// <param name="jobs">Finds the jobs that its silos stored.</param>
/// <param name="seen">Looks into its grains.</param>
/// <param name="pool">The one pool.</param>
/// <param name="viewer">May see every job.</param>
internal sealed class AtRestChecks(SimulatedCluster cluster, IJobIndex jobs, Observer seen, PoolId pool, Caller viewer)
{
    /// <summary>The one quota tree.</summary>
    private const string Cohort = "c";

    /// <summary>Some GPU time must have gone somewhere. Not after a run so short that a crash may take all sums: they are saved once a minute.</summary>
    public bool MustShowUse { get; init; } = true;

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
            var online = (await Pool.Audit()).Failures;
            var machine = seen.Pool!.Machine;
            List<RackView> racks = [];
            foreach (var id in await Pool.ListRacks(null, 100))
            {
                racks.Add((await cluster.Client.GetGrain<IRackGrain>(id.Value).GetView())!);
                index.SetRack(racks[^1]);
            }

            List<JobAtRest> stored = [];
            foreach (var id in rows.Select(r => r.Job))
            {
                var job = (await cluster.Client.GetGrain<IJobGrain>(id.Value).Get(viewer))!;
                stored.Add(new JobAtRest(new AttemptId(id, job.Attempt), job.Phase, job.Spec.Set is null ? job.Spec.TotalWorkers : 0));
                wrong.AddRange(CheckJob(job, machine));
            }

            var report = new AuditReport();
            RestAudit.Check(racks, await cluster.Client.GetGrain<IQuotaGrain>(Cohort).GetCharges(), stored, report);
            LedgerAudit.Check(machine.Ledger!, report);
            wrong.AddRange(online.Concat(report.Words).Except(racks.SelectMany(OfLostDevices)));
            wrong.AddRange(CheckExtended(racks, index));
            wrong.AddRange(accepted.Except(rows.Select(r => r.Job)).Select(id => $"I4: {id} was acknowledged and is lost"));
            wrong.AddRange(CheckUse(await Pool.GetView()));
        });

        // What a quota refused is tried again now and then, and a pool that has just been handed over goes through all that wait: only what is found twice stays so.
        var (queue, stands) = (CheckQueueOnce(index), CheckRowsOnce());
        cluster.RunFor(TimeSpan.FromSeconds(3));
        wrong.AddRange(queue.Intersect(CheckQueueOnce(index)));
        wrong.AddRange(stands.Intersect(CheckRowsOnce()));
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

    private static IEnumerable<string> CheckJob(JobView job, PoolMachine machine)
    {
        var attempt = new AttemptId(job.Id, job.Attempt);
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

    /// <summary>
    /// A node that came back with fewer devices than run on it keeps them and takes nothing new (seed 10079). The online check says so for as long as that lasts,
    /// and should; here it is wrong only if it would be so with the devices that the node had, or if the node takes work.
    /// </summary>
    private static IEnumerable<string> OfLostDevices(RackView rack)
    {
        var nodes = rack.Spec.Nodes.Select((n, slot) => n.IsVacant || ((rack.Schedulable >> slot) & 1) != 0 ? n : n with { Extended = Extras.OfferedWith(SimulatedWorld.GpusPerNode) });
        return RackAudit.Check(rack).Broken.Except(RackAudit.Check(rack with { Spec = rack.Spec with { Nodes = [.. nodes] } }).Broken);
    }

    /// <summary>I4: stored jobs and the pool, as they are at one moment.</summary>
    private List<string> CheckRowsOnce()
    {
        var report = new AuditReport();
        foreach (var row in Rows(includeEnded: false))
        {
            JobAudit.Check(new JobRow(row.Job, Enum.Parse<JobPhase>(row.Phase), row.Attempt, row.Held), seen.Pool!.Machine, report);
        }

        return [.. report.Words];
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

        var report = new AuditReport();
        QueueAudit.Check(machine, a => index.Fits(a.Request), int.MaxValue, report);
        foreach (var finding in report.Words)
        {
            yield return finding;
        }

        foreach (var claim in machine.Promises.Values.Where(c => c.Kind == ClaimKind.Evict && !machine.AttemptsAfter(null).Any(a => IsOn(a, c.Target) || GoesFor(a, c))))
        {
            yield return $"I9: all that {claim.For} was promised is free, and it still waits: {machine.Explain(claim.For.Job, _ => true)?.Message}";
        }
    }

    /// <summary>It gives back quota to the promise, wherever it runs, and has not done so yet.</summary>
    private static bool GoesFor(PoolAttempt attempt, Claim claim) => attempt.Stage != AttemptStage.Queued && attempt.EvictedFor == claim.For;

    private static bool IsOn(PoolAttempt attempt, GangPlacement target) => attempt.Placement is { } placement
        && placement.Racks.Any(r => target.Racks.Any(t => t.Rack == r.Rack && t.Workers.Any(w => r.Workers.Any(o => o.Slot == w.Slot))));

    /// <summary>I1: of each resource that is counted by name, what nodes have is what is free and what their workers have.</summary>
    private static IEnumerable<string> CheckExtended(List<RackView> racks, PlacementIndex index)
    {
        foreach (var (name, total, free) in index.Extended)
        {
            var offered = racks.Sum(r => r.Spec.Nodes.Sum(n => ExtendedResources.Of(n.Extended, name)));
            var taken = racks.Sum(r => r.Allocations.Sum(a => a.Workers.Sum(w => ExtendedResources.Of(a.Shapes[w.Role].Extended, name))));
            if (total != offered || free > offered - taken)
            {
                yield return $"I1: {free} of {total} {name} are free, {offered} are offered and {taken} taken";
            }
        }
    }

    /// <summary>I17: the GPU time that was used is not lost.</summary>
    private IEnumerable<string> CheckUse(PoolView view)
    {
        var used = view.Ledger.Where(l => l.Category is not ("idle" or "unhealthy" or "fragmented")).Sum(l => l.Seconds);
        if ((MustShowUse && used <= 0) || view.Ledger.Any(l => l.Seconds < 0))
        {
            yield return $"I17: {string.Join(", ", view.Ledger)}";
        }
    }
}
