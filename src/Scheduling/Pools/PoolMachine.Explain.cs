using System.Collections.Immutable;
using Scheduling.Explain;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <content>Why a job waits: always answered from the present state, never from a record of the past.</content>
public sealed partial class PoolMachine
{
    private const int MostAhead = 5;

    /// <summary>Null when the pool has no attempt of this job. <paramref name="maySee"/> says whose names may be told.</summary>
    public JobExplanation? Explain(JobId job, Func<TenantId, bool> maySee)
    {
        if (FindJob(job) is not { } attempt)
        {
            return null;
        }

        if (attempt.Stage != AttemptStage.Queued)
        {
            return Simple(attempt, StageReason(attempt), StageMessage(attempt));
        }

        var position = _queue.CountBefore(attempt) + 1;
        var (reason, message, shortage, quota) = Diagnose(attempt);
        return WithOutlook(Simple(attempt, reason, message) with
        {
            Position = position,
            Filtered = shortage is null ? [] : [.. shortage.Filtered.Select(f => new FilteredNodeCount(f.Name, f.Nodes))],
            NodesEvaluated = shortage?.NodesEvaluated ?? 0,
            WorkersThatFitNow = shortage?.WorkersThatFit ?? 0,
            Quota = quota is null ? null : new QuotaShortage { Path = quota.Path, Resource = quota.Resource, Limit = quota.Limit, Used = quota.Used, Asked = quota.Asked, Bound = quota.Bound, Whose = quota.Whose, ResetsAt = quota.ResetsAt },
            Ahead = Ahead(attempt, maySee),
            Suggestions = Suggest(attempt, shortage, quota),
        }, attempt, maySee);
    }

    /// <summary>Waiting attempts by why they wait.</summary>
    public IReadOnlyDictionary<string, int> PendingByReason()
    {
        SortedDictionary<string, int> counts = new(StringComparer.Ordinal);
        foreach (var group in _queue.Groups)
        {
            var reason = ReasonOf(group);
            counts[reason] = counts.GetValueOrDefault(reason) + group.Waiting.Count;
        }

        return counts;
    }

    private string ReasonOf(PendingGroup group) => group.State switch
    {
        GroupState.QuotaFull => QuotaReason(group.Refusal!),
        GroupState.NoRoom => NoRoomReason(group),
        _ => PendingReason.PendingEvaluation,
    };

    private static string QuotaReason(QuotaRefusal refusal) => refusal switch
    {
        { Problem: null, Bound: QuotaBound.Budget } => PendingReason.BudgetExhausted,
        { Problem: null, Owed: true } => PendingReason.Reclaiming,
        _ => refusal.Problem is not null || refusal.Asked > refusal.Limit ? PendingReason.ExceedsMaxQuota : PendingReason.WaitingForQuota,
    };

    private string NoRoomReason(PendingGroup group)
    {
        if (group.NeverFits)
        {
            return PendingReason.NeverFits;
        }

        var request = group.Request;
        return request.Topology.Required != TopologyLevel.None && _racks.Index.CouldFitNow(request with { Topology = TopologyRule.None })
            ? PendingReason.TopologyPlacementFailed
            : PendingReason.Resources;
    }

    private (string Reason, string Message, Shortage? Shortage, QuotaRefusal? Quota) Diagnose(PoolAttempt attempt)
    {
        var group = attempt.Group!;
        if (group.State == GroupState.QuotaFull)
        {
            var refusal = group.Refusal!;
            return (QuotaReason(refusal), $"quota: {refusal}", null, refusal);
        }

        var shortage = _racks.Index.Diagnose(group.Request);
        return group.State == GroupState.NoRoom
            ? (NoRoomReason(group), NoRoomMessage(group, shortage), shortage, null)
            : (PendingReason.PendingEvaluation, "it is about to be looked at", shortage, null);
    }

    private string NoRoomMessage(PendingGroup group, Shortage shortage) =>
        group.NeverFits && _racks.Index.WhyNever(group.Request) is { } never ? $"{never.Message}; {shortage.Message}" : shortage.Message;

    private JobExplanation Simple(PoolAttempt attempt, string reason, string message) => new()
    {
        Job = attempt.Id.Job,
        Reason = reason,
        Message = message,
        QueueLength = Pending,
        WorkersNeeded = attempt.Request.TotalWorkers,
    };

    private static string StageReason(PoolAttempt attempt) => attempt.Stage == AttemptStage.Placing ? PendingReason.Placing : attempt.Stage.ToString();

    private static string StageMessage(PoolAttempt attempt) => attempt.Stage switch
    {
        AttemptStage.Placing => $"it fits: plan {attempt.Plan} is being charged, held and committed",
        AttemptStage.Running => $"it has its {attempt.Request.TotalWorkers} workers on {attempt.Placement!.Racks.Length} racks",
        _ => "what it had is being given back",
    };

    private ImmutableArray<JobAhead> Ahead(PoolAttempt attempt, Func<TenantId, bool> maySee)
    {
        var ahead = ImmutableArray.CreateBuilder<JobAhead>();
        foreach (var other in _queue.InOrder().Take(MostAhead).TakeWhile(o => !ReferenceEquals(o, attempt)))
        {
            var visible = maySee(other.Spec.Tenant);
            ahead.Add(new JobAhead
            {
                Job = visible ? other.Id.Job : new JobId(""),
                Owner = visible ? $"{other.Spec.Tenant}/{other.Spec.User}" : "",
                Priority = other.Spec.Priority,
                GpuMilli = other.Spec.TotalGpuMilli,
            });
        }

        return ahead.ToImmutable();
    }

    private ImmutableArray<Suggestion> Suggest(PoolAttempt attempt, Shortage? shortage, QuotaRefusal? quota)
    {
        if (quota is not null)
        {
            return SuggestQuota(quota);
        }

        var suggestions = ImmutableArray.CreateBuilder<Suggestion>();
        var request = attempt.Request;
        if (shortage is null || WouldFit(request))
        {
            return [];
        }

        if (request.Topology.Required != TopologyLevel.None && WouldFit(request with { Topology = TopologyRule.None }))
        {
            suggestions.Add(new Suggestion { Change = $"prefer one {request.Topology.Required} instead of requiring it", Effect = StartsNow });
        }

        if (request.Roles.Any(r => !r.Shape.GpuModels.IsEmpty) && WouldFit(request with { Roles = [.. request.Roles.Select(AnyModel)] }))
        {
            suggestions.Add(new Suggestion { Change = "allow any GPU model", Effect = StartsNow });
        }

        if (request.Roles is [{ Count: > 1 } role] && MostWorkers(request, role) is var most and > 0)
        {
            suggestions.Add(new Suggestion { Change = $"ask for {most} workers instead of {role.Count}", Effect = StartsNow });
        }

        return suggestions.ToImmutable();
    }

    private const string StartsNow = "it would start now (tried on the present state)";

    private static ImmutableArray<Suggestion> SuggestQuota(QuotaRefusal refusal)
    {
        if (refusal.Problem is not null)
        {
            return [];
        }

        var missing = refusal.Used + refusal.Asked - refusal.Limit;
        return
        [
            new Suggestion
            {
                Change = $"raise the limit of {refusal.Resource} at {refusal.Path} by {missing}, or end jobs there that use as much",
                Effect = "that level would no longer stand in the way",
            },
        ];
    }

    private static RoleSpec AnyModel(RoleSpec role) => role with { Shape = role.Shape with { GpuModels = [] } };

    /// <summary>The largest gang of this role that would fit now: each size is tried for real, halving the range.</summary>
    private int MostWorkers(GangRequest request, RoleSpec role)
    {
        int fits = 0, tooMany = role.Count;
        while (tooMany - fits > 1)
        {
            var middle = fits + ((tooMany - fits) / 2);
            if (WouldFit(request with { Roles = [role with { Count = middle }] }))
            {
                fits = middle;
            }
            else
            {
                tooMany = middle;
            }
        }

        return fits;
    }

    private bool WouldFit(GangRequest request) => _racks.Index.Fits(request);
}
