using System.Collections.Immutable;
using Grains.Pools;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>
/// What is done about members of a gang that are lost with their node, or were taken away, while the rest runs on. Pure. They are given up in writing
/// while they can still be named; they are over before anything else of theirs is touched; then another node of the rack takes over what they had, and
/// others are made there. Never do two pods of a rank live, and what the rack says is free is free.
/// </summary>
internal static class GangSwap
{
    /// <summary>Ranks of which nothing runs that may stay. Always empty for jobs that are started again as a whole.</summary>
    public static ImmutableSortedSet<int> Lost(GangPods pods, Assignment assignment) =>
        MemberSwap.IsPossible(assignment.Spec) && pods.Present.Any(p => p.Node is not null)
            ? [.. Enumerable.Range(0, pods.Own.Length).Where(r => IsLost(pods.Own[r], assignment))]
            : [];

    /// <summary>Null: nothing can be done about them now.</summary>
    public static GangStep? Next(GangRun run, GangPods pods, ImmutableSortedSet<int> lost, Assignment assignment)
    {
        if (!lost.IsSubsetOf(run.Vacant))
        {
            return new GangStep.Confirm(pods.Binding(lost), pods.Before(run), Words(pods, lost, run), lost);
        }

        var staying = lost.Select(r => pods.Own[r]).OfType<PodView>().Where(p => p is { IsOver: false, IsLeaving: false }).ToImmutableArray();
        if (!staying.IsEmpty)
        {
            return new GangStep.Delete(staying);
        }

        var over = lost.Where(r => IsOver(pods.Own[r])).ToList();
        if (over.Count == 0)
        {
            return null;
        }

        return run.Planned is { } planned ? Replace(run, pods, lost, over, planned, assignment) : new GangStep.Plan();
    }

    private static GangStep? Replace(GangRun run, GangPods pods, ImmutableSortedSet<int> lost, List<int> over, ImmutableDictionary<int, NodeId> planned, Assignment assignment)
    {
        var members = ImmutableArray.CreateBuilder<GangStep.Member>();
        foreach (var rank in over)
        {
            var before = pods.Own[rank] ?? Bound(run, rank);
            var mates = Enumerable.Range(0, pods.Own.Length).Where(r => r != rank && before?.Node is { } node && planned[r] == node).ToList();
            var mustLeave = before?.Node is { } old && old == planned[rank] && (mates.Count == 0 || mates.All(lost.Contains) || assignment.Leaving.Contains(old));
            if (!mustLeave)
            {
                // Nobody may have been bound under its name before, not even one of whom nobody knows any more.
                members.Add(new GangStep.Member(rank, before is null ? (int)Math.Clamp(run.JobVersion, 1, int.MaxValue) : before.Incarnation + 1));
            }
            else if (mates.All(r => lost.Contains(r) && IsOver(pods.Own[r])))
            {
                return new GangStep.Leave(before!.Node!.Value);
            }
        }

        return members.Count > 0 ? new GangStep.Create(members.ToImmutable()) : null;
    }

    private static bool IsLost(PodView? pod, Assignment assignment) =>
        pod is null || (pod is { Node: { } node } && pod.Phase != PodPhase.Succeeded
            && (assignment.Leaving.Contains(node) || pod is { Phase: PodPhase.Failed, FailureClass: FailureClass.Hardware } || pod is { IsLeaving: true, IsOver: false }));

    private static bool IsOver(PodView? pod) => pod is null or { IsOver: true };

    private static PodView? Bound(GangRun run, int rank) => run.Bound.IsDefault ? null : run.Bound[rank];

    private static string Words(GangPods pods, ImmutableSortedSet<int> lost, GangRun run)
    {
        var first = lost.First(r => !run.Vacant.Contains(r));
        var (pod, others) = (pods.Own[first] ?? Bound(run, first), lost.Count - run.Vacant.Count(lost.Contains) - 1);
        var what = pod switch
        {
            { Phase: PodPhase.Failed } => pod.Failure,
            { IsLeaving: true } => "was deleted by somebody else",
            _ => "was lost with its node",
        };
        return $"worker {first} on {pod?.Node.ToString() ?? "an unknown node"} {(pod is { Phase: PodPhase.Failed } ? $"failed: {what}" : what)}{(others > 0 ? $", and {others} more" : "")}";
    }
}
