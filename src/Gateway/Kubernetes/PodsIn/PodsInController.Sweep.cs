using Gateway.Backends;
using Scheduling.Jobs;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <content>What no event tells: groups that come or change later, jobs that ended unseen, and jobs whose pods are gone.</content>
internal sealed partial class PodsInController
{
    /// <summary>Jobs that one sweep asks of because they are not seen to wait; the next asks of what is left.</summary>
    private const int MostAsked = 1000;

    private async Task SweepAgainAndAgain(CancellationToken cancellationToken)
    {
        var looks = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            await Pause.For(_options.LookAgainEvery, _time, cancellationToken);
            GangBook? book;
            lock (_lock)
            {
                book = _book;
            }

            if (book is null || _leader.Epoch is null || cancellationToken.IsCancellationRequested)
            {
                continue;
            }

            // Groups that their pods wait for are looked at with every round, jobs once a sweep.
            Tell(book, b => b.LookAgain());
            if (++looks * _options.LookAgainEvery < _kubernetes.SweepEvery)
            {
                continue;
            }

            looks = 0;
            try
            {
                await SweepJobs(book, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever broke, it is tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                GuestLog.Failed(_logger, e, _cluster.Name, "the sweep of jobs", _kubernetes.SweepEvery);
            }
        }
    }

    /// <summary>Jobs of this cluster's pods that wait: those that the book does not know may have no pods any more, and those that it misses may have ended.</summary>
    internal async Task SweepJobs(GangBook book, CancellationToken cancellationToken)
    {
        var waiting = await _waiting(_jobs.User, cancellationToken);
        await AskOfUnheard(book, waiting.ToHashSet(), cancellationToken);
        foreach (var id in waiting)
        {
            bool isKnown;
            lock (_lock)
            {
                isKnown = book.Knows(id);
            }

            if (isKnown || await Ask(_grains.Find(id), cancellationToken) is not { Phase: JobPhase.Pending or JobPhase.Suspended, Spec.Pods: { } pods } || pods.Cluster != _cluster.Name)
            {
                continue;
            }

            if (await IsLost(pods, cancellationToken) is { } name)
            {
                var why = $"pod {name} was deleted before it was bound; {GuestScript.TakenUpAnew}";
                GuestLog.CalledOff(_logger, id, why);
                await Ask(_grains.Cancel(id, why), cancellationToken);
            }
        }
    }

    /// <summary>A job that somebody ends while it waits has no attempt whose end would be heard; and of one that had, the word may have been lost.</summary>
    private async Task AskOfUnheard(GangBook book, HashSet<JobId> waiting, CancellationToken cancellationToken)
    {
        List<JobId> unheard;
        lock (_lock)
        {
            unheard = [.. book.Unheard(waiting).Take(MostAsked)];
        }

        foreach (var id in unheard)
        {
            var job = await Ask(_grains.Find(id), cancellationToken);
            if (job?.Phase.IsEnded() == true)
            {
                Tell(book, b => b.Over(id, job.Reason));
            }
        }
    }

    /// <summary>The name of a member that is not there any more; asked of the cluster, for the watch may be behind.</summary>
    private async Task<string?> IsLost(PodSet pods, CancellationToken cancellationToken)
    {
        for (var rank = 0; rank < pods.Uids.Length; rank++)
        {
            var name = pods.Names[rank];
            if (_store.Find(pods.Uids[rank]) is null
                && await Deadline.Call(
                    token => _cluster.Read(pods.Namespace, name, token), () => new ClusterAnswer<GuestPod>.Unknown("no answer"), _kubernetes.CallTimeout, _time, cancellationToken) is var read
                && (read is ClusterAnswer<GuestPod>.NotFound || (read is ClusterAnswer<GuestPod>.Done { Value: var pod } && pod.Uid != pods.Uids[rank])))
            {
                return name;
            }
        }

        return null;
    }
}
