using System.Collections.Immutable;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>
/// What is done next about an attempt's pods. Pure: pods, wish and time in, step out. All pods are made before any is bound; the job agrees to
/// these very pods, durably, before any is bound; and from then on a pod that is missing is lost, never made again. Of a job that has failed members
/// started again, the pod that failed stays as a witness, and the job agrees to the one in its place before that is bound.
/// </summary>
internal static class GangScript
{
    public static GangStep Next(GangRun run, GangPods pods, Assignment assignment, KubernetesOptions options, DateTimeOffset now)
    {
        if (pods.All.Any(p => p.Epoch > run.Epoch))
        {
            return new GangStep.Superseded();
        }

        return assignment.Wish switch
        {
            AssignmentWish.Gone => Remove(pods, options, now),
            AssignmentWish.Stop => Stop(run, pods, assignment, options, now),
            _ when pods.HasLater => new GangStep.Wait(now + options.LookEvery),
            _ => Run(run, pods, assignment, options, now),
        };
    }

    /// <summary>Nobody asks any more: whatever is left goes. What is on its way out already goes by itself.</summary>
    private static GangStep Remove(GangPods pods, KubernetesOptions options, DateTimeOffset now) =>
        !pods.All.Any() ? new GangStep.Finished() : DeleteOr(pods.All, () => new GangStep.Wait(now + options.PollEvery));

    /// <summary>What ended stays, as the only witness of how; what has not is stopped.</summary>
    private static GangStep Stop(GangRun run, GangPods pods, Assignment assignment, KubernetesOptions options, DateTimeOffset now)
    {
        if (pods.Alive.Any())
        {
            return DeleteOr(pods.Alive, () => new GangStep.Wait(now + options.PollEvery));
        }

        return TellOr(run, Report(run, pods, assignment) with { Gone = true }, options, now, options.TellAgainAfter);
    }

    private static GangStep Run(GangRun run, GangPods pods, Assignment assignment, KubernetesOptions options, DateTimeOffset now)
    {
        // 1. Nothing of this attempt before all of those before it are gone.
        if (!pods.Earlier.IsEmpty)
        {
            return DeleteOr(pods.Earlier, () => new GangStep.Wait(now + options.PollEvery));
        }

        // 2. Who is lost with a node is replaced where the job wants that, unless all have to go soon anyhow.
        var lost = GangSwap.Lost(pods, assignment);
        if (!lost.IsEmpty && run.Broken is null && assignment.Wish == AssignmentWish.Run && GangSwap.Next(run, pods, lost, assignment) is { } swap)
        {
            return swap;
        }

        // 3. It runs whole or not at all: what is broken is said, and then the job has it stopped.
        if (Trouble(run, pods, lost, assignment, options, now) is { } trouble)
        {
            var report = Report(run, pods, assignment) with { Failure = trouble.What, FailureClass = trouble.Class, Gone = !pods.Alive.Any() };
            var isLost = report.Gone && !pods.All.Any() && trouble.Class == FailureClass.Hardware;
            return TellOr(run, isLost ? report with { Failure = null, FailureClass = default } : report, options, now, options.TellAgainAfter);
        }

        // 4. All pods are there before any is bound.
        if (!pods.IsWhole && lost.IsEmpty)
        {
            return new GangStep.Create([.. Enumerable.Range(0, pods.Own.Length).Where(r => pods.Own[r] is null).Select(r => new GangStep.Member(r, 0))]);
        }

        // 5. The job agrees to these very pods, and then they are bound.
        var unbound = pods.Present.Where(p => p.Node is null).ToImmutableArray();
        if (!unbound.IsEmpty && (pods.IsWhole || lost.IsSubsetOf(run.Vacant)))
        {
            var binding = pods.Binding(lost);
            return run.Confirmed == binding ? new GangStep.Bind(unbound) : new GangStep.Confirm(binding, pods.Before(run), Why(pods, unbound, run), lost);
        }

        // 6. Others in place of those that failed; once all before them are bound, so that the job can tell whose place they take.
        var failed = pods.Present.Where(p => IsReplaceable(p, assignment) && !lost.Contains(p.Rank)).Select(p => new GangStep.Member(p.Rank, p.Incarnation + 1)).ToImmutableArray();
        if (!failed.IsEmpty)
        {
            return new GangStep.Create(failed);
        }

        // 7. Whether they are to save their work.
        var by = assignment.Wish == AssignmentWish.Checkpoint ? assignment.CheckpointBy : null;
        var unmarked = pods.Alive.Where(p => p.CheckpointBy != by && !lost.Contains(p.Rank)).ToImmutableArray();
        if (!unmarked.IsEmpty)
        {
            return new GangStep.Mark(unmarked, by);
        }

        // 8. How they are.
        var seen = Report(run, pods, assignment);
        return !seen.AllStarted || !lost.IsEmpty ? new GangStep.Wait(now + options.PollEvery)
            : TellOr(run, seen, options, now, seen.Gone ? options.TellAgainAfter : null);
    }

    /// <summary>Its node is all right, and nothing of it runs any more: another may come in its place.</summary>
    private static bool IsReplaceable(PodView pod, Assignment assignment) =>
        assignment.Spec.Restart is { Scope: RestartScope.FailedMembers } && pod is { Phase: PodPhase.Failed, FailureClass: FailureClass.Application or FailureClass.OutOfMemory }
        && pod.Node == pod.PlannedNode;

    private static string Words(PodView failed) => $"worker {failed.Rank} on {failed.Node}: {failed.Failure}";

    private static string? Why(GangPods pods, ImmutableArray<PodView> unbound, GangRun run) =>
        unbound.FirstOrDefault(p => run.Vacant.Contains(p.Rank)) is { } swapped ? $"worker {swapped.Rank} runs on {swapped.PlannedNode} now"
        : pods.Replaced.IsEmpty ? null : Words(pods.Replaced.MaxBy(p => p.Incarnation)!);

    private static (string What, FailureClass Class)? Trouble(
        GangRun run, GangPods pods, ImmutableSortedSet<int> lost, Assignment assignment, KubernetesOptions options, DateTimeOffset now)
    {
        if (run.Broken is { } broken)
        {
            return pods.All.FirstOrDefault(p => p.Phase == PodPhase.Failed) is { } first
                ? ($"{Words(first)}; {broken}", first.FailureClass)
                : (broken, run.BrokenClass);
        }

        if (pods.Present.FirstOrDefault(p => p.Phase == PodPhase.Failed && !IsReplaceable(p, assignment) && !lost.Contains(p.Rank)) is { } failed)
        {
            return (Words(failed), failed.FailureClass);
        }

        if (pods.Present.FirstOrDefault(p => p.Node is { } node && node != p.PlannedNode) is { } elsewhere)
        {
            return ($"worker {elsewhere.Rank} was bound to {elsewhere.Node} by somebody else, and belongs on {elsewhere.PlannedNode}", FailureClass.Hardware);
        }

        if (run.StuckSince + options.StuckAfter <= now && pods.Present.FirstOrDefault(p => p.Stuck is not null) is { } stuck)
        {
            return ($"worker {stuck.Rank} on {stuck.Node} cannot start: {stuck.Stuck}", FailureClass.Setup);
        }

        if (pods.Present.FirstOrDefault(p => p.IsLeaving && !p.IsOver && !lost.Contains(p.Rank)) is { } leaving)
        {
            return ($"worker {leaving.Rank} on {leaving.Node} was deleted by somebody else", FailureClass.Hardware);
        }

        var mayBeBound = run.Confirmed is not null || pods.Present.Any(p => p.Node is not null);
        return mayBeBound && !pods.IsWhole && lost.IsEmpty ? ($"worker {pods.Own.IndexOf(null)} was lost with its node", FailureClass.Hardware) : null;
    }

    /// <summary>All that is so; absolute, so that it can be said again.</summary>
    private static AttemptReport Report(GangRun run, GangPods pods, Assignment assignment)
    {
        var whole = pods.IsWhole;
        var succeeded = whole && pods.Present.All(p => p.Phase == PodPhase.Succeeded);
        return new AttemptReport
        {
            Attempt = assignment.Attempt.Number,
            Fence = run.Epoch,
            AllStarted = whole && pods.Present.All(p => p.Phase is PodPhase.Running or PodPhase.Succeeded),
            AllSucceeded = succeeded,
            Gone = succeeded,
            CheckpointedAt = whole && pods.Present.All(p => p.CheckpointedAt is not null) ? pods.Present.Min(p => p.CheckpointedAt) : null,
        };
    }

    private static GangStep DeleteOr(IEnumerable<PodView> pods, Func<GangStep> otherwise)
    {
        var staying = pods.Where(p => !p.IsLeaving).ToImmutableArray();
        return staying.IsEmpty ? otherwise() : new GangStep.Delete(staying);
    }

    /// <param name="again">What must arrive is said again after this; null: once it was heard, it was.</param>
    private static GangStep TellOr(GangRun run, AttemptReport report, KubernetesOptions options, DateTimeOffset now, TimeSpan? again)
    {
        if (report != run.Told || run.ToldAt + again <= now)
        {
            return new GangStep.Tell(report);
        }

        return new GangStep.Wait(again is { } wait ? run.ToldAt + wait : now + options.LookEvery);
    }
}
