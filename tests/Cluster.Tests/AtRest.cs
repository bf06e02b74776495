using Grains.Quotas;
using Scheduling.Audit;
using Scheduling.Jobs;
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

        Dictionary<AttemptId, int> held = [];
        foreach (var rack in await cluster.RackViews())
        {
            wrong.AddRange(RackAudit.Check(rack).Broken);
            foreach (var allocation in rack.Allocations)
            {
                held[allocation.Attempt] = held.GetValueOrDefault(allocation.Attempt) + allocation.Workers.Length;
                if (!allocation.Committed)
                {
                    wrong.Add($"I8: {allocation.Attempt} is held on {rack.Spec.Rack} and nobody commits it");
                }
            }
        }

        var charged = (await cluster.Client.GetGrain<IQuotaGrain>("c").GetCharges()).Select(c => c.Attempt).ToHashSet();
        foreach (var id in accepted)
        {
            var job = await cluster.View(id);
            var attempt = new AttemptId(id, job.Attempt);
            var wanted = job.Phase.HoldsResources() ? job.Spec.TotalWorkers : 0;
            held.Remove(attempt, out var workers);
            if (workers != wanted)
            {
                wrong.Add($"I2: {attempt} is {job.Phase} with {workers} of {wanted} workers");
            }

            if (charged.Remove(attempt) != job.Phase.HoldsResources())
            {
                wrong.Add($"I3: {attempt} is {job.Phase} and its charge says otherwise");
            }
        }

        wrong.AddRange(held.Keys.Select(a => $"I8: {a} holds GPUs and no job owns it"));
        wrong.AddRange(charged.Select(a => $"I3: {a} is charged and no job owns it"));
        return wrong;
    }
}
