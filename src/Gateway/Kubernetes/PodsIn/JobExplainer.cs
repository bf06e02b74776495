using System.Globalization;
using Grains;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Explain;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Preemption;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Why a job waits, in the words of <c>sched explain</c>.</summary>
internal sealed class JobExplainer(IGrainFactory grains, string user)
{
    private readonly Caller _caller = new() { Tenant = null, User = user, Roles = CallerRoles.Operator };

    /// <param name="uid">The member that is asked for.</param>
    /// <returns>Null: it does not wait.</returns>
    public async Task<PendingWord?> Explain(JobId job, string uid)
    {
        var view = await grains.GetGrain<IJobGrain>(job.Value).Get(_caller);
        switch (view?.Phase)
        {
            case JobPhase.Pending:
                var explanation = await grains.GetGrain<IPoolGrain>(view.Spec.Pool.Value).Explain(_caller, job);
                return explanation is null ? null
                    : new PendingWord(
                        "Unschedulable", string.Create(CultureInfo.InvariantCulture, $"{explanation.Reason}: {explanation.Message} (job {job}, pool {view.Spec.Pool})"),
                        Nominee(explanation, view.Spec.Pods?.Uids.IndexOf(uid) ?? -1));
            case JobPhase.Suspended:
                return new PendingWord("Suspended", $"job {job} is suspended: {view.Reason}");
            default:
                return null;
        }
    }

    /// <summary>Where others are asked to leave for it: that is how long a nomination is worth a word. What is free is bound at once.</summary>
    private static NodeId? Nominee(JobExplanation explanation, int rank) =>
        explanation.Promise is { Kind: ClaimKind.Evict } promise && rank >= 0 && rank < promise.Nodes.Length ? promise.Nodes[rank] : null;
}
