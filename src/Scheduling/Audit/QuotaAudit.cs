using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;

namespace Scheduling.Audit;

/// <summary>Holds a quota tree against the pool and against itself (I3).</summary>
public static class QuotaAudit
{
    /// <summary>Every running attempt is charged under its plan, with its amounts.</summary>
    public static void CheckRunning(IEnumerable<PoolAttempt> running, string cohort, IReadOnlyDictionary<AttemptId, QuotaCharge> charged, AuditReport report)
    {
        foreach (var attempt in running)
        {
            report.Count(1);
            if (!charged.TryGetValue(attempt.Id, out var charge) || charge.Plan != attempt.Plan || !charge.Amounts.SequenceEqual(attempt.Amounts))
            {
                report.Find("I3", $"{attempt.Id} (plan {attempt.Plan}) runs and {cohort} does not charge it as it should");
            }
        }
    }

    /// <summary>A charge of one of this pool's jobs that the pool does not know: nobody would ever refund it.</summary>
    public static void CheckStray(QuotaCharge charge, string cohort, AuditReport report) =>
        report.Find("I3", $"{cohort} charges {charge.Attempt} (plan {charge.Plan}), which is not live");

    /// <summary>At every level usage is the sum of the live charges at and below it, and nothing is below none.</summary>
    public static void CheckLevels(QuotaTreeView tree, IReadOnlyCollection<QuotaCharge> charges, AuditReport report)
    {
        Dictionary<(QuotaPath Path, string Resource), long> sums = [];
        foreach (var charge in charges)
        {
            for (QuotaPath? path = charge.Path; path is { } at; path = at.Parent)
            {
                foreach (var (resource, amount) in charge.Amounts)
                {
                    sums[(at, resource)] = sums.GetValueOrDefault((at, resource)) + amount;
                }
            }
        }

        foreach (var level in tree.Levels)
        {
            report.Count(level.Used.Length);
            foreach (var (resource, used) in level.Used)
            {
                var sum = sums.GetValueOrDefault((level.Path, resource));
                if (used < 0 || used != sum)
                {
                    report.Find("I3", $"{level.Path} counts {used} of {resource} as used, and {sum} is charged");
                }
            }
        }
    }
}
