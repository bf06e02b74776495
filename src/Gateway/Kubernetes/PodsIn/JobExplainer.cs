using System.Globalization;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Why a job waits, in the words of <c>sched explain</c>.</summary>
internal sealed class JobExplainer(IGrainFactory grains, string user)
{
    private readonly Caller _caller = new() { Tenant = null, User = user, Roles = CallerRoles.Operator };

    /// <summary>Null: it does not wait.</summary>
    public async Task<PendingWord?> Explain(JobId job)
    {
        var view = await grains.GetGrain<IJobGrain>(job.Value).Get(_caller);
        switch (view?.Phase)
        {
            case JobPhase.Pending:
                var explanation = await grains.GetGrain<IPoolGrain>(view.Spec.Pool.Value).Explain(_caller, job);
                return explanation is null ? null
                    : new PendingWord("Unschedulable", string.Create(CultureInfo.InvariantCulture, $"{explanation.Reason}: {explanation.Message} (job {job}, pool {view.Spec.Pool})"));
            case JobPhase.Suspended:
                return new PendingWord("Suspended", $"job {job} is suspended: {view.Reason}");
            default:
                return null;
        }
    }
}
