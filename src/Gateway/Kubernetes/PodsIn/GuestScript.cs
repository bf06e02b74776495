using System.Collections.Immutable;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>
/// What is done next about an attempt whose workers somebody else made. Pure: pods, wish and time in, step out. The job's spec names the very
/// pods, its placement says where: both are durable before this is asked. None is bound unless all are there and free; from the first binding on
/// the gang ends whole or empty. What is told is so for good (gone, over, given up, bound elsewhere), so it is right whoever says it, and late too.
/// </summary>
internal static class GuestScript
{
    /// <summary>Ends what is said of a gang that came apart: its pods are free to be taken up as a new one.</summary>
    public const string TakenUpAnew = LostWorkers.TakenUpAnew;

    public static GuestStep Next(GuestRun run, ImmutableArray<GuestMember> members, Assignment assignment, bool canGiveUp, KubernetesOptions options, DateTimeOffset now)
    {
        foreach (var member in members)
        {
            if (member.Pod?.Epoch > run.Epoch)
            {
                return new GuestStep.Superseded();
            }
        }

        return assignment.Wish switch
        {
            AssignmentWish.Gone => Leave(members, assignment, options, now),
            AssignmentWish.Stop => Stop(run, members, assignment, canGiveUp, options, now),
            _ => Run(run, members, assignment, options, now),
        };
    }

    /// <summary>Nobody asks any more: whatever still runs for this attempt goes.</summary>
    private static GuestStep Leave(ImmutableArray<GuestMember> members, Assignment assignment, KubernetesOptions options, DateTimeOffset now) =>
        Ours(members, assignment).ToImmutableArray() is { IsEmpty: false } running ? DeleteOr(running, () => new GuestStep.Wait(now + options.PollEvery)) : new GuestStep.Finished();

    /// <summary>
    /// What runs is stopped. What was not bound yet stays, for it is not ours to throw away; but before anybody is told that nothing runs,
    /// it is written on it that this attempt is over, so that a binding that is still under way is refused.
    /// </summary>
    private static GuestStep Stop(GuestRun run, ImmutableArray<GuestMember> members, Assignment assignment, bool canGiveUp, KubernetesOptions options, DateTimeOffset now)
    {
        var free = members.Where(m => m.Pod is { Node: null, IsLeaving: false, IsOver: false } p && p.GivenUp != assignment.Attempt).Select(m => m.Pod!).ToImmutableArray();
        if (!free.IsEmpty)
        {
            // Servers before 1.21 do not look at a binding's conditions: there only a pod that is gone is safe from a late one.
            return canGiveUp ? new GuestStep.GiveUp(free) : new GuestStep.Delete(free);
        }

        if (Unknown(members) is { IsEmpty: false } unknown)
        {
            return new GuestStep.Read(unknown);
        }

        var running = Ours(members, assignment).ToImmutableArray();
        if (!running.IsEmpty)
        {
            return DeleteOr(running, () => new GuestStep.Wait(now + options.PollEvery));
        }

        var lost = members.Count(m => m.Pod is not { Node: null, IsLeaving: false, IsOver: false });
        var report = Report(run, members, assignment) with
        {
            Gone = true,
            AllSucceeded = false,
            Failure = null,
            FailureClass = default,
            Lost = lost == 0 ? null : $"{lost} of its {members.Length} pods ended or were deleted{(lost < members.Length ? $"; {TakenUpAnew}" : "")}",
        };
        return TellOr(run, report, options, now, options.TellAgainAfter);
    }

    private static GuestStep Run(GuestRun run, ImmutableArray<GuestMember> members, Assignment assignment, KubernetesOptions options, DateTimeOffset now)
    {
        // 1. Nothing follows from what was only not seen.
        if (Unknown(members) is { IsEmpty: false } unknown)
        {
            return new GuestStep.Read(unknown);
        }

        // 2. Where everybody belongs.
        var isWhole = members.All(m => m.IsGone || m.Pod!.Node is not null);
        if (run.Planned is not { } planned)
        {
            return isWhole && members.All(m => m.IsOver) ? TellHowItEnded(run, members, assignment, options, now) : new GuestStep.Plan();
        }

        // 3. What cannot be whole any more is said, and then the job has it stopped.
        if (Trouble(run, members, assignment, planned, isWhole) is { } trouble)
        {
            return TellOr(run, trouble, options, now, options.TellAgainAfter);
        }

        // 4. All are there: they are bound.
        if (!isWhole)
        {
            return new GuestStep.Bind([.. Enumerable.Range(0, members.Length).Where(r => members[r].Pod is { Node: null })]);
        }

        // 5. Whether they are to save their work.
        var by = assignment.Wish == AssignmentWish.Checkpoint ? assignment.CheckpointBy : null;
        var unmarked = members.Where(m => m.Pod is { IsAlive: true, IsLeaving: false } p && p.CheckpointBy != by).Select(m => m.Pod!).ToImmutableArray();
        if (!unmarked.IsEmpty)
        {
            return new GuestStep.Mark(unmarked, by);
        }

        // 6. How they are. One that ends while others run is its owner's matter: who made it makes another, or ends the rest.
        if (members.All(m => m.IsOver))
        {
            return TellHowItEnded(run, members, assignment, options, now);
        }

        var seen = Report(run, members, assignment);

        // Until they run there is nothing to do: what the watch shows next brings the next look, and asking more often would show the same.
        return !seen.AllStarted ? new GuestStep.Wait(now + options.LookEvery) : TellOr(run, seen, options, now, null);
    }

    private static AttemptReport? Trouble(GuestRun run, ImmutableArray<GuestMember> members, Assignment assignment, IReadOnlyList<NodeId> planned, bool isWhole)
    {
        var report = Report(run, members, assignment);
        for (var rank = 0; rank < members.Length; rank++)
        {
            if (members[rank].Pod is { Node: { } node } pod && (pod.BoundFor != assignment.Attempt || node != planned[rank]))
            {
                return report with { Lost = $"pod {pod.Name} was bound to {node} by somebody else, and belongs on {planned[rank]}; {TakenUpAnew}" };
            }
        }

        if (isWhole)
        {
            return null;
        }

        if (run.Refused is { } refused)
        {
            return report with { Failure = refused, FailureClass = FailureClass.Setup };
        }

        for (var rank = 0; rank < members.Length; rank++)
        {
            var why = members[rank] switch
            {
                { IsGone: true, Ended: null } => "was deleted",
                { Pod: { IsLeaving: true, IsOver: false } } => "is being deleted",
                { Pod: { IsOver: true, Node: null } } => "ended",
                { Pod: { Node: null } p } when p.GivenUp == assignment.Attempt => "was given up",
                _ => null,
            };
            if (why is not null)
            {
                return report with { Lost = $"pod {assignment.Spec.Pods!.Names[rank]} {why} before all were bound; {TakenUpAnew}" };
            }
        }

        return null;
    }

    private static GuestStep TellHowItEnded(GuestRun run, ImmutableArray<GuestMember> members, Assignment assignment, KubernetesOptions options, DateTimeOffset now)
    {
        var failed = members.FirstOrDefault(m => (m.Pod?.Phase ?? m.Ended) == PodPhase.Failed);
        var report = Report(run, members, assignment) with { Gone = true };
        report = failed switch
        {
            { Pod: { } pod } => report with { Failure = $"pod {pod.Name} on {pod.Node}: {pod.Failure}", FailureClass = pod.FailureClass },
            { Ended: PodPhase.Failed } => report with { Failure = "a pod failed, and is deleted" },

            // Whoever ends a job deletes the pods that would wait for ever: a launcher's workers, a ring's last ones.
            _ when members.Any(m => m.Succeeded) => report with { AllSucceeded = true },
            _ => report with { Lost = $"its pods were deleted; {TakenUpAnew}" },
        };
        return TellOr(run, report, options, now, options.TellAgainAfter);
    }

    private static AttemptReport Report(GuestRun run, ImmutableArray<GuestMember> members, Assignment assignment) => new()
    {
        Attempt = assignment.Attempt.Number,
        Fence = run.Epoch,
        AllStarted = members.All(m => m.IsOver || m.Pod is { Phase: PodPhase.Running, Node: not null }),
        CheckpointedAt = members.All(m => m.Pod?.CheckpointedAt is not null) ? members.Min(m => m.Pod!.CheckpointedAt) : null,
    };

    private static ImmutableArray<int> Unknown(ImmutableArray<GuestMember> members) => [.. Enumerable.Range(0, members.Length).Where(r => members[r].IsUnknown)];

    /// <summary>What runs because we bound it for this attempt. What somebody else bound is theirs.</summary>
    private static IEnumerable<GuestPod> Ours(ImmutableArray<GuestMember> members, Assignment assignment) =>
        members.Where(m => m.Pod is { IsAlive: true } p && p.BoundFor == assignment.Attempt).Select(m => m.Pod!);

    private static GuestStep DeleteOr(ImmutableArray<GuestPod> pods, Func<GuestStep> otherwise)
    {
        var staying = pods.RemoveAll(p => p.IsLeaving);
        return staying.IsEmpty ? otherwise() : new GuestStep.Delete(staying);
    }

    private static GuestStep TellOr(GuestRun run, AttemptReport report, KubernetesOptions options, DateTimeOffset now, TimeSpan? again)
    {
        if (report != run.Told || run.ToldAt + again <= now)
        {
            return new GuestStep.Tell(report);
        }

        return new GuestStep.Wait(again is { } wait ? run.ToldAt + wait : now + options.LookEvery);
    }
}
