using System.Collections.Concurrent;
using Gateway.Backends;
using Gateway.Leadership;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>
/// Runs attempts whose workers are pods that others made. Each look takes what the watch shows, asks <see cref="GuestScript"/> what comes next, does
/// that, and looks again. Every effect is conditional on the pod as it was seen, is made only while this process leads, and carries its epoch.
/// </summary>
internal sealed partial class GuestBackend : IDisposable
{
    /// <summary>Steps of one look; what is left is for the next.</summary>
    private const int MaxSteps = 16;

    private readonly IGuestCluster _cluster;
    private readonly GuestStore _store;
    private readonly IWorkerNodes _nodes;
    private readonly IAssignmentFeed _feed;
    private readonly ILeader _leader;
    private readonly KubernetesOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<GuestBackend> _logger;
    private readonly ConcurrentDictionary<AttemptId, Attempt> _attempts = new();
    private readonly ConcurrentDictionary<string, (AttemptId Attempt, int Rank)> _members = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _binding;
    private Func<AttemptId, bool> _lookAt = _ => false;

    public GuestBackend(
        IGuestCluster cluster, GuestStore store, IWorkerNodes nodes, IAssignmentFeed feed, ILeader leader, KubernetesOptions options, TimeProvider time, ILogger<GuestBackend> logger)
    {
        (_cluster, _store, _nodes, _feed, _leader, _options, _time, _logger) = (cluster, store, nodes, feed, leader, options, time, logger);
        _binding = new SemaphoreSlim(options.CallsAtOnce);
        _store.Changed += Changed;
    }

    /// <summary>An attempt is gone, and perhaps its job with it.</summary>
    public event Action<AttemptId>? Ended;

    public void Dispose() => _store.Changed -= Changed;

    /// <summary>Until it is cancelled, hints at attempts whose pods changed.</summary>
    public async Task Watch(Func<AttemptId, bool> changed, CancellationToken cancellationToken)
    {
        _lookAt = changed;
        while (!cancellationToken.IsCancellationRequested)
        {
            await Pause.For(_options.SweepEvery, _time, cancellationToken);
            if (_leader.Epoch is not null && !cancellationToken.IsCancellationRequested)
            {
                await SweepOnce(changed, cancellationToken);
            }
        }
    }

    public async Task<NextLook> Reconcile(Assignment assignment, CancellationToken cancellationToken)
    {
        var epoch = _leader.MustLead();
        var attempt = Find(assignment, epoch);
        var run = attempt.Run.Epoch == epoch ? attempt.Run : new GuestRun { Epoch = epoch };
        attempt.Sight.Begin(_store);
        try
        {
            for (var step = 0; step < MaxSteps; step++)
            {
                var canGiveUp = assignment.Wish != AssignmentWish.Stop || await _cluster.CanGiveUp(cancellationToken);
                var members = attempt.Sight.Members(_store);
                var next = GuestScript.Next(run, members, assignment, canGiveUp, _options, _time.GetUtcNow());
                switch (next)
                {
                    case GuestStep.Wait wait:
                        return new NextLook(wait.Until);
                    case GuestStep.Finished:
                        Forget(assignment);
                        return NextLook.OnChange;
                    case GuestStep.Superseded:
                        throw new NotLeadingException($"another leader has acted on {assignment.Attempt} since epoch {epoch}");
                }

                attempt.Run = run = await Do(next, run, assignment, attempt.Sight, cancellationToken);
            }

            return new NextLook(_time.GetUtcNow());
        }
        catch (ThrottledException e)
        {
            return new NextLook(_time.GetUtcNow() + e.RetryAfter);
        }
        finally
        {
            attempt.Run = run;
        }
    }

    private Attempt Find(Assignment assignment, long epoch)
    {
        var pods = assignment.Spec.Pods!;
        return _attempts.GetOrAdd(assignment.Attempt, id =>
        {
            for (var rank = 0; rank < pods.Uids.Length; rank++)
            {
                _members[pods.Uids[rank]] = (id, rank);
            }

            return new Attempt(new GuestSight(pods), new GuestRun { Epoch = epoch });
        });
    }

    private void Forget(Assignment assignment)
    {
        if (_attempts.TryRemove(assignment.Attempt, out _))
        {
            foreach (var uid in assignment.Spec.Pods!.Uids)
            {
                if (_members.TryGetValue(uid, out var member) && member.Attempt == assignment.Attempt)
                {
                    _members.TryRemove(KeyValuePair.Create(uid, member));
                }
            }
        }

        Ended?.Invoke(assignment.Attempt);
    }

    private void Changed(GuestPod? before, GuestPod? now)
    {
        if (_members.TryGetValue((now ?? before)!.Uid, out var member))
        {
            var attempt = _attempts.GetValueOrDefault(member.Attempt);
            if (now is null)
            {
                attempt?.Sight.Forget(member.Rank);
            }

            if (attempt is null || !IsOwnEcho(before, now, attempt.Run, member))
            {
                _lookAt(member.Attempt);
            }
        }
    }

    /// <summary>
    /// The pod is bound as this process binds it, and nothing else is new: whoever sent the binding has the answer, or looks again because there was none.
    /// </summary>
    private static bool IsOwnEcho(GuestPod? before, GuestPod? now, GuestRun run, (AttemptId Attempt, int Rank) member) =>
        before is { Node: null } && now is { Node: { } node, Phase: PodPhase.Waiting, IsLeaving: false } && now.BoundFor == member.Attempt && now.Epoch == run.Epoch
        && run.Planned?[member.Rank] == node && (now.GivenUp, now.CheckpointBy, now.CheckpointedAt) == (before.GivenUp, before.CheckpointBy, before.CheckpointedAt);

    private sealed class Attempt(GuestSight sight, GuestRun run)
    {
        public GuestSight Sight => sight;

        public GuestRun Run { get; set; } = run;
    }
}
