using Gateway.Backends;
using Gateway.Leadership;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <content>Sees what becomes of pods, and finds those that are nobody's.</content>
internal sealed partial class KubernetesBackend
{
    public Task Watch(Func<AttemptId, bool> changed, CancellationToken cancellationToken) =>
        Task.WhenAll(WatchPods(changed, cancellationToken), SweepAgainAndAgain(changed, cancellationToken));

    /// <summary>
    /// Deletes pods of attempts that are over for ever: a pod can be made late, after its attempt was given up by another leader. It was never
    /// bound, because whoever made it had to lead still, and to ask the job, before it could.
    /// </summary>
    internal async Task Sweep(Func<AttemptId, bool> isKnown, CancellationToken cancellationToken)
    {
        var epoch = leader.MustLead();
        string? from = null;
        do
        {
            var page = await Call(token => cluster.ListAll(from, token), cancellationToken) is ClusterAnswer<PodPage>.Done done
                ? done.Value
                : throw new ClusterCallException("pods could not be listed");
            foreach (var attempt in page.Pods.GroupBy(p => p.Attempt).Where(g => !isKnown(g.Key)))
            {
                if (await feed.IsOver(attempt.Key).WaitAsync(options.CallTimeout, time, cancellationToken))
                {
                    var left = attempt.Where(p => !p.IsLeaving && p.Epoch <= epoch).ToList();
                    KubernetesLog.Swept(logger, attempt.Key, left.Count);
                    await Each(left, epoch, p => token => cluster.Delete(p.Ref, GraceOf(p), epoch, token), cancellationToken);
                }
            }

            from = page.Next;
        }
        while (from is not null);
    }

    private async Task WatchPods(Func<AttemptId, bool> changed, CancellationToken cancellationToken)
    {
        string? version = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                version ??= await ListForWatch(changed, cancellationToken);
                var from = version;
                var answer = await Deadline.Call(
                    token => cluster.Watch(from, token), () => new ClusterAnswer<PodNews>.Unknown("the watch is silent"), options.WatchTimeout, time, cancellationToken);
                switch (answer)
                {
                    case ClusterAnswer<PodNews>.Done news:
                        foreach (var attempt in news.Value.Changed)
                        {
                            changed(attempt);
                        }

                        version = news.Value.Version;
                        continue;
                    case ClusterAnswer<PodNews>.Conflict:
                        version = null;
                        continue;
                    case var other:
                        throw new ClusterCallException(other.ToString());
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is ClusterCallException or ThrottledException)
            {
                KubernetesLog.WatchFailed(logger, Name, e.Message, options.PollEvery);
                version = null;
                await Pause.For(options.PollEvery, time, cancellationToken);
            }
        }
    }

    private async Task<string> ListForWatch(Func<AttemptId, bool> changed, CancellationToken cancellationToken)
    {
        string? from = null;
        string? version = null;
        do
        {
            switch (await Call(token => cluster.ListAll(from, token), cancellationToken))
            {
                case ClusterAnswer<PodPage>.Done done:
                    foreach (var attempt in done.Value.Pods.Select(p => p.Attempt).Distinct())
                    {
                        changed(attempt);
                    }

                    version ??= done.Value.Version;
                    from = done.Value.Next;
                    break;
                case ClusterAnswer<PodPage>.Throttled throttled:
                    throw new ThrottledException(throttled.RetryAfter);
                case var other:
                    throw new ClusterCallException(other.ToString());
            }
        }
        while (from is not null);
        return version;
    }

    private async Task SweepAgainAndAgain(Func<AttemptId, bool> isKnown, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Pause.For(options.SweepEvery, time, cancellationToken);
            if (leader.Epoch is null || cancellationToken.IsCancellationRequested)
            {
                continue;
            }

            try
            {
                await Sweep(isKnown, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever broke, it is tried again.
            catch (Exception e)
#pragma warning restore CA1031
            {
                KubernetesLog.SweepFailed(logger, e, Name, options.SweepEvery);
            }
        }
    }
}
