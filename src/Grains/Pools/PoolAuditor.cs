using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Scheduling;
using Scheduling.Audit;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Pools;

namespace Grains.Pools;

/// <summary>
/// The online checker: reads what racks, quota trees and stored jobs say, and holds it against the pool. Reading takes a while
/// and life goes on meanwhile, so a difference counts only when the next audit finds it again, word for word.
/// Commits that a rack has not heard of yet (<paramref name="unsettled"/>) are under way.
/// </summary>
internal sealed class PoolAuditor(PoolCore core, IGrainFactory grains, IJobIndex jobs, IReadOnlySet<PoolAttempt> unsettled)
{
    /// <summary>Failures kept and shown.</summary>
    public const int MaxFailures = 32;

    private const int RackConcurrency = 16;
    private const int PageSize = 1000;

    private readonly List<string> _found = [];
    private long _checks;

    private PoolMachine Machine => core.Machine;

    public async Task<(long Checks, IReadOnlyList<string> Found)> Check()
    {
        await Parallelism.ForEach([.. Machine.KnownRacks.OrderBy(r => r.Value, StringComparer.Ordinal)], RackConcurrency, CheckRack);
        foreach (var cohort in Live().Select(a => a.Spec.Quota.Cohort).Distinct().Order(StringComparer.Ordinal).ToList())
        {
            await CheckQuota(cohort);
        }

        await CheckJobs();
        CheckPromises();
        return (_checks, _found);
    }

    private IEnumerable<PoolAttempt> Live() => Machine.AttemptsAfter(null).Where(a => a.Stage != AttemptStage.Queued);

    private async Task CheckRack(RackId rack)
    {
        if (await grains.GetGrain<IRackGrain>(rack.Value).GetView() is not { } view)
        {
            return;
        }

        var (checks, broken) = RackAudit.Check(view);
        _checks += checks;
        _found.AddRange(broken);

        // I2, I7, I8: what the pool has committed the rack has, and the other way round.
        _checks += view.Allocations.Length;
        var (missing, strangers) = Machine.Compare(view);
        _found.AddRange(missing.Where(a => !unsettled.Contains(a)).Select(a => $"I2: {a.Id} (plan {a.Plan}) runs, but rack {rack} has no such allocation"));
        _found.AddRange(strangers.Select(s => $"I8: rack {rack} has {s.Attempt} (plan {s.Plan}) allocated, which the pool does not know"));
    }

    private async Task CheckQuota(string cohort)
    {
        var charges = await grains.GetGrain<IQuotaGrain>(cohort).GetCharges();
        var charged = charges.ToDictionary(c => c.Attempt);
        foreach (var attempt in Live().Where(a => a.Stage == AttemptStage.Running && a.Spec.Quota.Cohort == cohort))
        {
            _checks++;
            if (!charged.TryGetValue(attempt.Id, out var charge) || charge.Plan != attempt.Plan || !charge.Amounts.SequenceEqual(attempt.Amounts))
            {
                _found.Add($"I3: {attempt.Id} (plan {attempt.Plan}) runs and {cohort} does not charge it as it should");
            }
        }

        foreach (var page in charges.Where(c => Machine.Find(c.Attempt) is null).Chunk(PageSize))
        {
            // A charge that this pool does not know is another pool's, or a leak.
            var rows = await jobs.Get([.. page.Select(c => c.Attempt.Job)]);
            _checks += page.Length;
            _found.AddRange(page.Where(c => rows.Any(r => r.Job == c.Attempt.Job && r.Pool == Machine.Pool) && Machine.Find(c.Attempt) is null)
                .Select(c => $"I3: {cohort} charges {c.Attempt} (plan {c.Plan}), which is not live"));
        }
    }

    private async Task CheckJobs()
    {
        JobId? after = null;
        do
        {
            var rows = await jobs.Scan(after, PageSize, includeEnded: false);
            foreach (var row in rows.Where(r => r.Pool == Machine.Pool))
            {
                _checks++;
                if (!Agrees(row))
                {
                    _found.Add($"I4: job {row.Job} is {row.Phase} at attempt {row.Attempt}, and the pool has it as {Machine.FindJob(row.Job)?.Stage.ToString() ?? "nothing"}");
                }
            }

            after = rows.Count == PageSize ? rows[^1].Job : null;
        }
        while (after is not null);
    }

    /// <summary>I8, I9: promises stand for attempts that wait, and only for a promise is anybody asked to go.</summary>
    private void CheckPromises()
    {
        if (!core.IsAttached)
        {
            // They take their capacity again once all racks were seen.
            return;
        }

        _checks += Machine.Promises.Count;
        try
        {
            Machine.CheckClaims();
        }
        catch (InvariantViolationException e)
        {
            _found.Add(e.Message);
        }

        foreach (var attempt in Live().Where(a => a is { Stage: AttemptStage.Running, StopWanted: false }))
        {
            _checks++;
            if (attempt.EvictedFor is { } preemptor && !Machine.Promises.ContainsKey(preemptor))
            {
                _found.Add($"I9: {attempt.Id} is to make room for {preemptor}, which is promised nothing");
            }
            else if (attempt is { EvictedFor: null, CheckpointBy: { } by })
            {
                _found.Add($"I9: {attempt.Id} is to save its work and go by {by:O}, and nobody is promised its place");
            }
        }
    }

    private bool Agrees(JobIndexRow row)
    {
        var attempt = Machine.Find(new AttemptId(row.Job, row.Attempt));
        return Enum.Parse<JobPhase>(row.Phase) switch
        {
            _ when row.Held => attempt is null or { EndWanted: true },
            JobPhase.Pending => attempt is { Stage: AttemptStage.Queued or AttemptStage.Placing },
            JobPhase.Suspended => attempt is null or { EndWanted: true },
            _ => attempt is { Stage: AttemptStage.Running, EndWanted: false },
        };
    }
}
