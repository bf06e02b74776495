using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Backends;
using Gateway.Kubernetes.JobsOut;
using Gateway.Leadership;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>
/// Runs attempts as pods. Each look reads the pods, asks <see cref="GangScript"/> what comes next, does that, and looks at what came of it: in the
/// answers where each of them is certain, otherwise by reading again. Every effect is conditional on what was read, is made only while this process
/// leads, and carries its epoch.
/// </summary>
/// <param name="network">What a gang's workers find each other by; null where there is nothing to do for that.</param>
internal sealed partial class KubernetesBackend(
    IPodCluster cluster, INodeSource nodes, IWorkerNodes workerNodes, IAssignmentFeed feed, ILeader leader, KubernetesOptions options, TimeProvider time,
    ILogger<KubernetesBackend> logger, IGangNetwork? network = null) : IWatchedBackend
{
    /// <summary>Steps of one look; what is left is for the next.</summary>
    private const int MaxSteps = 16;

    private readonly ConcurrentDictionary<AttemptId, GangRun> _runs = new();

    public string Name => cluster.Name;

    public async Task<IReadOnlyList<PoolId>> Pools(CancellationToken cancellationToken) => (await nodes.Read(cancellationToken)).Pools;

    public async Task<NextLook> Reconcile(Assignment assignment, CancellationToken cancellationToken)
    {
        var epoch = leader.MustLead();
        var run = _runs.TryGetValue(assignment.Attempt, out var known) && known.Epoch == epoch ? known : new GangRun { Epoch = epoch };
        try
        {
            // A cache is good enough to see that there is nothing to do; whatever is done or said rests on how things stand now.
            var read = PodRead.Cached;
            GangPods? after = null;
            for (var step = 0; step < MaxSteps; step++)
            {
                var pods = after ?? await Look(assignment, read, cancellationToken);
                run = Seen(run, pods, assignment);
                var next = GangScript.Next(run, pods, assignment, options, time.GetUtcNow());
                if (read == PodRead.Cached && next is not GangStep.Wait && !IsFresh(next, pods, assignment))
                {
                    (read, after) = (PodRead.Latest, null);
                    continue;
                }

                read = PodRead.Latest;

                switch (next)
                {
                    case GangStep.Wait wait:
                        return new NextLook(wait.Until);
                    case GangStep.Finished:
                        await Forget(assignment, cancellationToken);
                        return NextLook.OnChange;
                    case GangStep.Superseded:
                        throw new NotLeadingException($"another leader has acted on {assignment.Attempt} since epoch {epoch}");
                }

                (run, after) = await Do(next, run, pods, assignment, cancellationToken);
            }

            return new NextLook(time.GetUtcNow());
        }
        catch (ThrottledException e)
        {
            return new NextLook(time.GetUtcNow() + e.RetryAfter);
        }
        finally
        {
            Remember(assignment, run);
        }
    }

    private GangRun Seen(GangRun run, GangPods pods, Assignment assignment) => run with
    {
        StuckSince = pods.Present.Any(p => p.Stuck is not null) ? run.StuckSince ?? time.GetUtcNow() : null,
        Bound = assignment.Spec.Restart is { Scope: RestartScope.FailedMembers } && pods.Own.All(p => p?.Node is not null) ? pods.Own : run.Bound,
    };

    private void Remember(Assignment assignment, GangRun run)
    {
        if (assignment.Wish == AssignmentWish.Gone)
        {
            _runs.TryRemove(assignment.Attempt, out _);
        }
        else
        {
            _runs[assignment.Attempt] = run;
        }
    }

    /// <summary>
    /// A first attempt that has no pods yet: they are made without a further look. A pod that is there all the same has its name, and one that was
    /// there and is lost has its place in what the job agreed to, so neither is made good for another by mistake.
    /// </summary>
    private static bool IsFresh(GangStep next, GangPods pods, Assignment assignment) => next is GangStep.Create && assignment.Attempt.Number == 1 && !pods.All.Any();

    /// <summary>Answers what the pods are after it, or null when that has to be read.</summary>
    private async Task<(GangRun Run, GangPods? Pods)> Do(GangStep step, GangRun run, GangPods pods, Assignment assignment, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case GangStep.Create create:
                return await Create(create, run, pods, assignment, cancellationToken);
            case GangStep.Confirm confirm:
                return (await Confirm(confirm, run, assignment, cancellationToken), pods);
            case GangStep.Plan:
                return (run with { Planned = await Planned(assignment, cancellationToken) }, pods);
            case GangStep.Leave leave:
                return (await Leave(leave.Node, run, assignment, cancellationToken), pods);
            case GangStep.Bind bind:
                var bound = await Each(bind.Pods, run.Epoch, p => token => cluster.Bind(p.Ref, p.PlannedNode, run.Epoch, token), cancellationToken);
                KubernetesLog.Bound(logger, assignment.Attempt, bind.Pods.Length);
                return (bound.Refused is { } no ? Break(run, assignment, no) : run, bound.After(pods));
            case GangStep.Mark mark:
                return (run, Certain(await Each(mark.Pods, run.Epoch, p => token => cluster.Mark(p.Ref, mark.CheckpointBy, run.Epoch, token), cancellationToken)).After(pods));
            case GangStep.Delete delete:
                Certain(await Each(delete.Pods, run.Epoch, p => token => cluster.Delete(p.Ref, GraceOf(p), run.Epoch, token), cancellationToken));
                return (run, null);
            case GangStep.Tell tell:
                return (await Tell(tell.Report, run, assignment, cancellationToken), pods);
            default:
                throw new InvalidOperationException($"{step} is nothing to do");
        }
    }

    /// <summary>Nothing of an attempt is left. With a job that has ended goes what its workers found each other by.</summary>
    private async Task Forget(Assignment assignment, CancellationToken cancellationToken)
    {
        var job = assignment.Attempt.Job;
        if (network is not null && await feed.HasEnded(job).WaitAsync(options.CallTimeout, time, cancellationToken))
        {
            await Call(token => network.Remove(job, assignment.Spec, token), cancellationToken);
        }
    }

    /// <summary>What runs nowhere needs no time to stop.</summary>
    private TimeSpan GraceOf(PodView pod) => pod.Node is null || pod.IsOver ? TimeSpan.Zero : options.StopGrace;

    private async Task<(GangRun Run, GangPods? Pods)> Create(GangStep.Create create, GangRun run, GangPods pods, Assignment assignment, CancellationToken cancellationToken)
    {
        leader.MustStillLead(run.Epoch);
        if (network is not null && await Call(token => network.Ensure(assignment.Attempt.Job, assignment.Spec, token), cancellationToken) is not ClusterAnswer<bool>.Done and var answer)
        {
            return answer is ClusterAnswer<bool>.Refused or ClusterAnswer<bool>.NotFound
                ? (Break(run, assignment, $"its service could not be made: {answer}"), null)
                : throw new ClusterCallException($"the service of {assignment.Attempt.Job}: {answer}");
        }

        var planned = await Planned(assignment, cancellationToken);
        var placement = create.Members.All(m => m.Incarnation == 0)
            ? assignment.Placement
            : await workerNodes.Now(assignment.Attempt, assignment.Placement).WaitAsync(options.CallTimeout, time, cancellationToken);
        var members = create.Members.ToDictionary(m => m.Rank, m => m.Incarnation);
        var orders = placement.Racks.SelectMany(r => r.Workers).Where(w => members.ContainsKey(w.Rank)).OrderBy(w => w.Rank).Select(w => new PodOrder
        {
            Name = PodNames.Of(assignment.Attempt, w.Rank, members[w.Rank]),
            Attempt = assignment.Attempt,
            Worker = w,
            Incarnation = members[w.Rank],
            Spec = assignment.Spec,
            PlannedNode = planned[w.Rank],
            Epoch = run.Epoch,
        }).ToList();
        try
        {
            var made = await Each(orders, run.Epoch, o => token => cluster.Create(o, token), cancellationToken);
            return (made.Refused is { } refused ? Break(run, assignment, refused) : run, made.After(pods));
        }
        catch (PodNotPossibleException e)
        {
            return (Break(run, assignment, e.Message), null);
        }
    }

    private Task<ImmutableDictionary<int, NodeId>> Planned(Assignment assignment, CancellationToken cancellationToken) =>
        workerNodes.Planned(assignment, options.CallTimeout, time, cancellationToken);

    private async Task<GangRun> Leave(NodeId node, GangRun run, Assignment assignment, CancellationToken cancellationToken)
    {
        leader.MustStillLead(run.Epoch);
        if (await workerNodes.Leave(assignment.Attempt, assignment.Spec, assignment.Placement, node).WaitAsync(options.CallTimeout, time, cancellationToken) is { } no)
        {
            KubernetesLog.Refused(logger, assignment.Attempt, no);
            return run with { Broken = no };
        }

        return run with { Planned = null };
    }

    private async Task<GangRun> Confirm(GangStep.Confirm confirm, GangRun run, Assignment assignment, CancellationToken cancellationToken)
    {
        leader.MustStillLead(run.Epoch);
        var question = new AttemptReport { Attempt = assignment.Attempt.Number, Fence = run.Epoch, Binding = confirm.Binding, Replaces = confirm.Replaces, Failure = confirm.Failure, Vacant = confirm.Vacant.Count };
        var answer = await feed.Report(assignment.Attempt.Job, question).WaitAsync(options.CallTimeout, time, cancellationToken);
        if (answer.IsDone)
        {
            return run with { Confirmed = confirm.Binding, Vacant = confirm.Vacant, JobVersion = answer.Version };
        }

        KubernetesLog.BindingRefused(logger, assignment.Attempt, answer.Message);
        return run with { Broken = answer.Message ?? "the job does not want these workers" };
    }

    private async Task<GangRun> Tell(AttemptReport report, GangRun run, Assignment assignment, CancellationToken cancellationToken)
    {
        leader.MustStillLead(run.Epoch);
        var answer = await feed.Report(assignment.Attempt.Job, report).WaitAsync(options.CallTimeout, time, cancellationToken);
        if (!answer.IsDone)
        {
            // The job is past this attempt, and the pool will say so soon; if it does not, the report was meant.
            BackendLog.ReportRefused(logger, assignment.Attempt, answer.Message, options.TellAgainAfter);
        }

        return run with { Told = report, ToldAt = time.GetUtcNow() };
    }

    private GangRun Break(GangRun run, Assignment assignment, string why)
    {
        KubernetesLog.Refused(logger, assignment.Attempt, why);
        return run with { Broken = why, BrokenClass = FailureClass.Setup };
    }

    private async Task<GangPods> Look(Assignment assignment, PodRead read, CancellationToken cancellationToken)
    {
        switch (await Call(token => cluster.List(assignment.Attempt.Job, read, token), cancellationToken))
        {
            case ClusterAnswer<PodPage>.Done done:
                return GangPods.Of(assignment.Attempt, assignment.Placement.TotalWorkers, done.Value.Pods);
            case ClusterAnswer<PodPage>.Throttled throttled:
                throw new ThrottledException(throttled.RetryAfter);
            case var other:
                throw new ClusterCallException($"pods of {assignment.Attempt.Job} could not be listed: {other}");
        }
    }

    /// <summary>What is refused here will be refused again: it is looked at later, in case the operator mends it.</summary>
    private static EachAnswer Certain(EachAnswer answer) => answer.Refused is { } no ? throw new ClusterCallException($"the cluster refused: {no}") : answer;

    /// <summary>One effect for each, a few at once. Where a precondition did not hold, or something is gone, the next look sees what is.</summary>
    private async Task<EachAnswer> Each<T>(
        IReadOnlyList<T> items, long epoch, Func<T, Func<CancellationToken, Task<ClusterAnswer<PodView>>>> effect, CancellationToken cancellationToken)
    {
        var views = new ConcurrentQueue<PodView>();
        string? refused = null;
        await Bounded.ForEach(items, options.CallsAtOnce, async item =>
        {
            leader.MustStillLead(epoch);
            switch (await Call(effect(item), cancellationToken))
            {
                case ClusterAnswer<PodView>.Done done:
                    views.Enqueue(done.Value);
                    break;
                case ClusterAnswer<PodView>.Throttled throttled:
                    throw new ThrottledException(throttled.RetryAfter);
                case ClusterAnswer<PodView>.Unknown unknown:
                    throw new ClusterCallException(unknown.Why);
                case ClusterAnswer<PodView>.Refused no:
                    refused = no.Why;
                    break;
            }
        }, cancellationToken);
        return new EachAnswer(refused, views.Count == items.Count ? [.. views] : null);
    }

    /// <param name="Refused">What the cluster will never do, or null.</param>
    /// <param name="Views">What became of each, when all of it is certain.</param>
    private readonly record struct EachAnswer(string? Refused, IReadOnlyList<PodView>? Views)
    {
        public GangPods? After(GangPods before) => Views is { } now ? before.With(now) : null;
    }

    private Task<ClusterAnswer<T>> Call<T>(Func<CancellationToken, Task<ClusterAnswer<T>>> call, CancellationToken cancellationToken) => Deadline.Call(
        call, () => new ClusterAnswer<T>.Unknown($"no answer within {options.CallTimeout}"), options.CallTimeout, time, cancellationToken);
}
