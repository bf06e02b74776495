using Grains.Quotas;
using Scheduling.Audit;
using Scheduling.Model;

namespace Cluster.Tests;

/// <summary>What must hold when nothing is under way: jobs, racks and charges tell the same story.</summary>
internal static class AtRest
{
    /// <summary>Empty is what it should be.</summary>
    public static async Task<IReadOnlyList<string>> Check(SchedulerCluster cluster, IReadOnlyCollection<JobId> accepted)
    {
        List<string> wrong = [];
        await cluster.PoolGrain.Audit();
        var audit = await cluster.PoolGrain.Audit();
        wrong.AddRange(audit.Failures);
        if (audit.Checks == 0)
        {
            wrong.Add("the audit checked nothing");
        }

        List<JobAtRest> jobs = [];
        foreach (var id in accepted)
        {
            var job = await cluster.View(id);
            jobs.Add(new JobAtRest(new AttemptId(id, job.Attempt), job.Phase, job.Spec.TotalWorkers));
        }

        var report = new AuditReport();
        RestAudit.Check(await cluster.RackViews(), await cluster.Client.GetGrain<IQuotaGrain>("c").GetCharges(), jobs, report);
        wrong.AddRange(report.Words);
        return wrong;
    }
}
