using Grains.Jobs;
using Grains.Quotas;
using Grains.Storage;
using Microsoft.Extensions.Logging;
using Scheduling.Audit;
using Scheduling.Model;
using Scheduling.Pools;

namespace Grains.Pools;

/// <summary>
/// One audit after the other. What is found once may be a transaction under way: it counts when the next audit finds it again, word
/// for word; what news are slow of (<see cref="Finding.IsSlow"/>) when it was found in every audit of half a minute.
/// </summary>
internal sealed class PoolAudits(PoolCore core, IGrainFactory grains, IJobIndex jobs, PoolInstruments instruments, ILogger log)
{
    /// <summary>Failures kept and shown.</summary>
    private const int MaxFailures = 32;

    private static readonly TimeSpan NewsTakeAtMost = TimeSpan.FromSeconds(30);

    private readonly EpochAudit _epochs = new();
    private Dictionary<Finding, DateTimeOffset> _suspects = [];
    private HashSet<(string Cohort, PlanRef Plan)> _strays = [];
    private NodeId? _lastNode;

    public PoolAudit Last { get; private set; } = PoolAudit.None;

    public async Task<PoolAudit> Run(IReadOnlySet<PoolAttempt> unsettled)
    {
        var auditor = new PoolAuditor(core, grains, jobs, unsettled);
        (var report, _lastNode) = await auditor.Check(_epochs, _lastNode);

        var now = core.Time.GetUtcNow();
        var confirmed = report.Findings.Where(f => _suspects.TryGetValue(f, out var since) && (!f.IsSlow || now - since >= NewsTakeAtMost)).ToList();
        _suspects = report.Findings.Distinct().ToDictionary(f => f, f => _suspects.GetValueOrDefault(f, now));
        Last = new PoolAudit
        {
            Checks = Last.Checks + report.Checks,
            Failures = [.. confirmed.Select(f => f.ToString()).Concat(Last.Failures).Distinct().Take(MaxFailures)],
        };
        instruments.OnAudit(core.Machine.Pool.Value, report.Checks, Last.Failures.CountBy(Finding.NumberOf));
        await GiveBack([.. auditor.Strays.Where(_strays.Contains)]);
        _strays = [.. auditor.Strays];
        return Last;
    }

    /// <summary>
    /// Nobody else would ever refund these: an activation that was paused for long enough may send its charge after quota has forgotten
    /// that its plan was refunded. As with a hold that ran out the job is asked first, and so asked it has committed or never will.
    /// </summary>
    private async Task GiveBack(IReadOnlyList<(string Cohort, PlanRef Plan)> strays)
    {
        foreach (var (cohort, plan) in strays)
        {
            if (!(await grains.GetGrain<IJobGrain>(plan.Attempt.Job.Value).Fence(plan.Attempt.Number, plan.Plan)).Committed)
            {
                await grains.GetGrain<IQuotaGrain>(cohort).Refund([plan]);
                GrainLog.StrayChargeRefunded(log, core.Machine.Pool.Value, cohort, plan.ToString());
            }
        }
    }
}
