using System.Collections.Concurrent;
using Gateway.Backends;
using Gateway.Leadership;
using Grains.Jobs;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>
/// Runs attempts as pods. Each look reads the pods, asks <see cref="GangScript"/> what comes next, does that, and reads again. Every effect is
/// conditional on what was read, is made only while this process leads, and carries its epoch.
/// </summary>
internal sealed partial class KubernetesBackend(
    IPodCluster cluster, INodeSource nodes, IWorkerNodes workerNodes, IAssignmentFeed feed, ILeader leader, KubernetesOptions options, TimeProvider time,
    ILogger<KubernetesBackend> logger) : IWatchedBackend
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
            for (var step = 0; step < MaxSteps; step++)
            {
                var pods = await Look(assignment, read, cancellationToken);
                var next = GangScript.Next(run, pods, assignment, options, time.GetUtcNow());
                if (read == PodRead.Cached && next is not GangStep.Wait)
                {
                    read = PodRead.Latest;
                    continue;
                }

                switch (next)
                {
                    case GangStep.Wait wait:
                        return new NextLook(wait.Until);
                    case GangStep.Finished:
                        return NextLook.OnChange;
                    case GangStep.Superseded:
                        throw new NotLeadingException($"another leader has acted on {assignment.Attempt} since epoch {epoch}");
                }

                run = await Do(next, run, assignment, cancellationToken);
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

    private async Task<GangRun> Do(GangStep step, GangRun run, Assignment assignment, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case GangStep.Create create:
                return await Create(create, run, assignment, cancellationToken);
            case GangStep.Confirm confirm:
                return await Confirm(confirm, run, assignment, cancellationToken);
            case GangStep.Bind bind:
                await Each(bind.Pods, run.Epoch, p => token => cluster.Bind(p.Ref, p.PlannedNode, run.Epoch, token), cancellationToken);
                KubernetesLog.Bound(logger, assignment.Attempt, bind.Pods.Length);
                return run;
            case GangStep.Mark mark:
                await Each(mark.Pods, run.Epoch, p => token => cluster.Mark(p.Ref, mark.CheckpointBy, run.Epoch, token), cancellationToken);
                return run;
            case GangStep.Delete delete:
                await Each(delete.Pods, run.Epoch, p => token => cluster.Delete(p.Ref, GraceOf(p), run.Epoch, token), cancellationToken);
                return run;
            case GangStep.Tell tell:
                return await Tell(tell.Report, run, assignment, cancellationToken);
            default:
                throw new InvalidOperationException($"{step} is nothing to do");
        }
    }

    /// <summary>What runs nowhere needs no time to stop.</summary>
    private TimeSpan GraceOf(PodView pod) => pod.Node is null || pod.IsOver ? TimeSpan.Zero : options.StopGrace;

    private async Task<GangRun> Create(GangStep.Create create, GangRun run, Assignment assignment, CancellationToken cancellationToken)
    {
        var planned = await workerNodes.Of(assignment.Attempt, assignment.Placement).WaitAsync(options.CallTimeout, time, cancellationToken)
            ?? throw new ClusterCallException($"the racks do not show {assignment.Attempt}");
        var members = create.Members.ToDictionary(m => m.Rank, m => m.Incarnation);
        var orders = assignment.Placement.Racks.SelectMany(r => r.Workers).Where(w => members.ContainsKey(w.Rank)).OrderBy(w => w.Rank).Select(w => new PodOrder
        {
            Name = PodNames.Of(assignment.Attempt, w.Rank, members[w.Rank]),
            Attempt = assignment.Attempt,
            Worker = w,
            Incarnation = members[w.Rank],
            Spec = assignment.Spec,
            PlannedNode = planned[w.Rank],
            Epoch = run.Epoch,
        }).ToList();
        return await Each(orders, run.Epoch, o => token => cluster.Create(o, token), cancellationToken) is { } refused
            ? Break(run, assignment, refused)
            : run;
    }

    private async Task<GangRun> Confirm(GangStep.Confirm confirm, GangRun run, Assignment assignment, CancellationToken cancellationToken)
    {
        leader.MustStillLead(run.Epoch);
        var question = new AttemptReport { Attempt = assignment.Attempt.Number, Fence = run.Epoch, Binding = confirm.Binding, Replaces = confirm.Replaces, Failure = confirm.Failure };
        var answer = await feed.Report(assignment.Attempt.Job, question).WaitAsync(options.CallTimeout, time, cancellationToken);
        if (answer.IsDone)
        {
            return run with { Confirmed = confirm.Binding };
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

    /// <summary>
    /// One effect for each, a few at once. What has changed meanwhile is seen by the next look; the answer is what the cluster will never do, or null.
    /// </summary>
    private async Task<string?> Each<T>(
        IReadOnlyList<T> items, long epoch, Func<T, Func<CancellationToken, Task<ClusterAnswer<PodView>>>> effect, CancellationToken cancellationToken)
    {
        string? refused = null;
        await Bounded.ForEach(items, options.CallsAtOnce, async item =>
        {
            leader.MustStillLead(epoch);
            switch (await Call(effect(item), cancellationToken))
            {
                case ClusterAnswer<PodView>.Throttled throttled:
                    throw new ThrottledException(throttled.RetryAfter);
                case ClusterAnswer<PodView>.Unknown unknown:
                    throw new ClusterCallException(unknown.Why);
                case ClusterAnswer<PodView>.Refused no:
                    refused = no.Why;
                    break;
            }
        }, cancellationToken);
        return refused;
    }

    private Task<ClusterAnswer<T>> Call<T>(Func<CancellationToken, Task<ClusterAnswer<T>>> call, CancellationToken cancellationToken) => Deadline.Call(
        call, () => new ClusterAnswer<T>.Unknown($"no answer within {options.CallTimeout}"), options.CallTimeout, time, cancellationToken);
}
