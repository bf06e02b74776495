using Gateway.Backends;
using Gateway.Leadership;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <content>What it does to pods, and tells to jobs.</content>
internal sealed partial class GuestBackend
{
    private async Task<GuestRun> Do(GuestStep step, GuestRun run, Assignment assignment, GuestSight sight, CancellationToken cancellationToken)
    {
        var pods = assignment.Spec.Pods!;
        switch (step)
        {
            case GuestStep.Read read:
                await Each(read.Ranks, run.Epoch, sight, r => r, r => token => _cluster.Read(pods.Namespace, pods.Names[r], token), cancellationToken);
                return run;
            case GuestStep.Plan:
                return run with { Planned = assignment.Nodes.Length == pods.Uids.Length ? assignment.Nodes : await AskRacks(assignment, cancellationToken) };
            case GuestStep.Bind bind:
                return await Bind(bind, run, assignment, sight, cancellationToken);
            case GuestStep.GiveUp giveUp:
                await Each(giveUp.Pods, run.Epoch, sight, RankOf, p => token => _cluster.GiveUp(p, assignment.Attempt, run.Epoch, token), cancellationToken);
                return run;
            case GuestStep.Mark mark:
                await Each(mark.Pods, run.Epoch, sight, RankOf, p => token => _cluster.Mark(p, mark.CheckpointBy, run.Epoch, token), cancellationToken);
                return run;
            case GuestStep.Delete delete:
                GuestLog.Deleted(_logger, assignment.Attempt, delete.Pods.Length);
                await Each(delete.Pods, run.Epoch, sight, RankOf, p => token => _cluster.Delete(p, token), cancellationToken);
                return run;
            case GuestStep.Tell tell:
                return await Tell(tell.Report, run, assignment, cancellationToken);
            default:
                throw new InvalidOperationException($"{step} is nothing to do");
        }

        int RankOf(GuestPod pod) => pods.Uids.IndexOf(pod.Uid);
    }

    /// <summary>The pool has been restarted since, and does not know which nodes it were.</summary>
    private async Task<IReadOnlyList<NodeId>> AskRacks(Assignment assignment, CancellationToken cancellationToken)
    {
        var planned = await _nodes.Planned(assignment, _options.CallTimeout, _time, cancellationToken);
        return [.. planned.OrderBy(p => p.Key).Select(p => p.Value)];
    }

    private async Task<GuestRun> Bind(GuestStep.Bind bind, GuestRun run, Assignment assignment, GuestSight sight, CancellationToken cancellationToken)
    {
        var members = sight.Members(_store);
        var refused = await Each(
            bind.Ranks, run.Epoch, sight, r => r,
            r => members[r].Pod is { } pod
                ? token => _cluster.Bind(pod, run.Planned![r], assignment.Attempt, run.Epoch, token)
                : _ => Task.FromResult<ClusterAnswer<GuestPod>>(new ClusterAnswer<GuestPod>.Conflict("it is not seen any more")),
            cancellationToken, _binding);
        if (refused is not null)
        {
            GuestLog.Refused(_logger, assignment.Attempt, refused);
            return run with { Refused = refused };
        }

        GuestLog.Bound(_logger, assignment.Attempt, bind.Ranks.Length);
        return run;
    }

    private async Task<GuestRun> Tell(AttemptReport report, GuestRun run, Assignment assignment, CancellationToken cancellationToken)
    {
        _leader.MustStillLead(run.Epoch);
        var answer = await _feed.Report(assignment.Attempt.Job, report).WaitAsync(_options.CallTimeout, _time, cancellationToken);
        if (!answer.IsDone)
        {
            BackendLog.ReportRefused(_logger, assignment.Attempt, answer.Message, _options.TellAgainAfter);
        }

        return run with { Told = report, ToldAt = _time.GetUtcNow() };
    }

    /// <summary>One effect for each, a few at once; each answer is kept as it comes. The result is what the cluster will never do, or null.</summary>
    /// <param name="slots">Of all attempts together. Who waits for one has not called yet: that time is not the call's.</param>
    private async Task<string?> Each<T>(
        IReadOnlyList<T> items, long epoch, GuestSight sight, Func<T, int> rankOf, Func<T, Func<CancellationToken, Task<ClusterAnswer<GuestPod>>>> effect,
        CancellationToken cancellationToken, SemaphoreSlim? slots = null)
    {
        string? refused = null;
        await Bounded.ForEach(items, _options.CallsAtOnce, async item =>
        {
            var rank = rankOf(item);
            var (answer, shown) = await Once(effect(item), rank, epoch, sight, slots, cancellationToken);
            switch (answer)
            {
                case ClusterAnswer<GuestPod>.Done done:
                    sight.Answer(rank, done.Value, shown);
                    break;
                case ClusterAnswer<GuestPod>.NotFound:
                    sight.Gone(rank);
                    break;
                case ClusterAnswer<GuestPod>.Conflict:
                    await ReadAgain(rank, sight, cancellationToken);
                    break;
                case ClusterAnswer<GuestPod>.Throttled throttled:
                    throw new ThrottledException(throttled.RetryAfter);
                case ClusterAnswer<GuestPod>.Unknown unknown:
                    sight.Forget(rank);
                    throw new ClusterCallException(unknown.Why);
                case ClusterAnswer<GuestPod>.Refused no:
                    refused = no.Why;
                    break;
            }
        }, cancellationToken);
        return refused;
    }

    private async Task<(ClusterAnswer<GuestPod> Answer, string? Shown)> Once(
        Func<CancellationToken, Task<ClusterAnswer<GuestPod>>> effect, int rank, long epoch, GuestSight sight, SemaphoreSlim? slots, CancellationToken cancellationToken)
    {
        await (slots?.WaitAsync(cancellationToken) ?? Task.CompletedTask);
        try
        {
            _leader.MustStillLead(epoch);
            var shown = sight.Shown(rank, _store);
            return (await Call(effect, cancellationToken), shown);
        }
        finally
        {
            slots?.Release();
        }
    }

    /// <summary>Changed since it was seen: how it is now decides what comes next.</summary>
    private async Task ReadAgain(int rank, GuestSight sight, CancellationToken cancellationToken)
    {
        var pod = sight.Members(_store)[rank].Pod;
        if (pod is null)
        {
            return;
        }

        var shown = sight.Shown(rank, _store);
        switch (await Call(token => _cluster.Read(pod.Namespace, pod.Name, token), cancellationToken))
        {
            case ClusterAnswer<GuestPod>.Done now:
                sight.Answer(rank, now.Value, shown);
                break;
            case ClusterAnswer<GuestPod>.NotFound:
                sight.Gone(rank);
                break;
            case var other:
                throw new ClusterCallException($"{pod.Name} could not be read again: {other}");
        }
    }

    private Task<ClusterAnswer<GuestPod>> Call(Func<CancellationToken, Task<ClusterAnswer<GuestPod>>> call, CancellationToken cancellationToken) => Deadline.Call(
        call, () => new ClusterAnswer<GuestPod>.Unknown($"no answer within {_options.CallTimeout}"), _options.CallTimeout, _time, cancellationToken);
}
