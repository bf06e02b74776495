using Grains;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Pools;
using Grains.Quotas;
using Grains.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;
using Scheduling.Quotas;
using Silo.Reconcile;
using Silo.Storage.Memory;

namespace Simulation;

/// <content>How the operations of a scenario are carried out that are alike in every world.</content>
internal abstract partial class SimulatedWorld
{
    /// <summary>So long a caller is waited for before the next operation; it goes on beside that one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly List<Task> _underway = [];

    /// <summary>What was acknowledged, with the request's body: it must be there for ever.</summary>
    private readonly SortedDictionary<JobId, string> _accepted = [];
    private readonly HashSet<JobId> _services = [];
    private int _opsDone;
    private bool _isEnding;
    private bool _foundBeforeEnding;

    /// <summary>Carries out the scenario and brings it to its end.</summary>
    public void Play()
    {
        foreach (var op in Scenario.Ops)
        {
            Do(op);
        }

        if (Options.Ending == Ending.None)
        {
            return;
        }

        _isEnding = true;
        End();
    }

    /// <summary>The faults end, everything comes to rest, and then to its end; all of it is checked.</summary>
    protected abstract void End();

    /// <summary>Everything that is drawn outside of the cluster is drawn from this seed from now on.</summary>
    protected virtual void Reseed(int seed)
    {
    }

    /// <summary>An operation that only this kind of world knows; null: it knows none such.</summary>
    protected abstract Task? Act(Op op, IClusterClient client);

    protected bool IsService(JobId job) => _services.Contains(job);

    private void Do(Op op)
    {
        _opsDone++;
        Cluster.Reseed(op.Seed);
        Faults.Reseed(op.Seed);
        Reseed(op.Seed);
        foreach (var checker in _checkers)
        {
            checker.Before(op);
        }

        if (op is not Op.Wait)
        {
            Tell(op.ToString());
        }

        var work = Begin(op, ClientFor(op));
        if (!work.IsCompleted)
        {
            _underway.RemoveAll(t => t.IsCompleted);
            _underway.Add(work);
            var end = Now + Patience;
            Cluster.RunUntil(() => work.IsCompleted || Now >= end);
        }

        Cluster.RunFor(op.Then);
    }

    private IClusterClient ClientFor(Op op) => op.Via is { } silo && Cluster.IsAlive(silo) ? Cluster.SiloClient(silo) : Client;

    private Task Begin(Op op, IClusterClient client)
    {
        switch (op)
        {
            case Op.Submit submit:
                return Start(() => Submit(submit, client));
            case Op.Cancel cancel:
                return Start(() => JobOf(client, cancel.Job).Cancel(Operator, "sim"));
            case Op.Suspend suspend:
                return Start(() => JobOf(client, suspend.Job).Suspend(Operator, "sim"));
            case Op.Resume resume:
                return Start(() => JobOf(client, resume.Job).Resume(Operator));
            case Op.Scale scale:
                return Start(() => JobOf(client, scale.Job).Scale(Operator, scale.Replicas));
            case Op.Evict evict:
                return Start(() => JobOf(client, evict.Job).Evict(evict.Attempt, "sim"));
            case Op.Trespass trespass:
                return Start(() => Trespass(trespass.Job, client));
            case Op.Cordon cordon:
                return Start(() => NodeOf(client, cordon.Rack, cordon.Node).Cordon(Operator, "sim"));
            case Op.Drain drain:
                return Start(() => NodeOf(client, drain.Rack, drain.Node).Drain(Operator, "sim"));
            case Op.Uncordon uncordon:
                return Start(() => NodeOf(client, uncordon.Rack, uncordon.Node).Uncordon(Operator));
            case Op.SetQuota quota:
                return Start(() => SetQuota(client, quota.Team, quota.Spec));
            case Op.Reconcile:
                return Start(() => ReconcileNow(client));
            case Op.Wait:
                return Task.CompletedTask;
            default:
                if (Act(op, client) is { } acting)
                {
                    return acting;
                }

                Break(op);
                return Task.CompletedTask;
        }
    }

    protected static IJobGrain JobOf(IClusterClient client, JobId id) => client.GetGrain<IJobGrain>(id.Value);

    protected static INodeGrain NodeOf(IClusterClient client, int rack, int node) => client.GetGrain<INodeGrain>(Node(rack, node).Name.Value);

    /// <summary>Begun beside everything else.</summary>
    protected void AddUnderway(Task work) => _underway.Add(work);

    /// <summary>A call from outside: no answer, or an error, leaves its outcome unknown.</summary>
    protected Task<Answer?> Start(Func<Task<Answer>> call) => Cluster.Start(async () =>
    {
        try
        {
            return await call();
        }
        catch (Scheduling.InvariantViolationException e)
        {
            Seen.Record(e.Message);
            return null;
        }
        catch (Exception)
        {
            return null;
        }
    });

    /// <summary>The same, waited for.</summary>
    protected Answer? Try(Func<Task<Answer>> call) => Cluster.RunUntil(Start(call));

    private async Task<Answer> Submit(Op.Submit submit, IClusterClient client)
    {
        var (id, spec) = (submit.Job, submit.Spec with { Deadline = Now + submit.DeadlineIn });
        var body = submit.OtherBody ? id.Value + "'" : id.Value;
        var known = _accepted.GetValueOrDefault(id);
        var answer = await JobOf(client, id).Submit(new SubmitJob { Caller = Operator, Spec = spec, BodyHash = body });
        if (!answer.Answer.IsDone)
        {
            if (known == body)
            {
                Seen.Record($"I5: {id} was acknowledged, and the same request once more is refused: {answer.Answer.Message}");
            }

            return answer.Answer;
        }

        Shadow.Jobs.Acknowledge(id);
        if (!_accepted.TryAdd(id, body) && _accepted[id] != body)
        {
            Seen.Record($"I5: {id} was acknowledged, and another request with its key is accepted");
        }

        if (answer.Job!.Spec.Set is { Kind: OriginKind.Replica })
        {
            _services.Add(id);
        }

        return answer.Answer;
    }

    /// <summary>I16.</summary>
    private async Task<Answer> Trespass(JobId id, IClusterClient client)
    {
        var stranger = new Caller { Tenant = new TenantId("nobody"), User = "eve", Roles = CallerRoles.Reader | CallerRoles.Submitter };
        var (job, answer) = (await JobOf(client, id).Get(stranger), await JobOf(client, id).Cancel(stranger, "not mine"));
        if (job is not null || answer.Outcome != Outcome.NotFound)
        {
            Seen.Record($"I16: another tenant's request for {id} shows it: {job is not null}, and is answered {answer.Outcome}");
        }

        return answer;
    }

    protected static async Task<Answer> SetQuota(IClusterClient client, int team, QuotaSpec spec)
    {
        var grain = client.GetGrain<IQuotaGrain>("c");
        var version = (await grain.GetTree(Operator, new QuotaPath("c")))?.Version ?? 0;
        return await grain.SetQuota(Operator, new QuotaPath($"c/t{team}"), spec, version);
    }

    protected void Reconcile() => Try(() => ReconcileNow(Client));

    private async Task<Answer> ReconcileNow(IClusterClient client)
    {
        var reconciler = new JobReconciler(client, new InMemoryJobIndex(Medium), Cluster.Time, NullLogger<JobReconciler>.Instance);
        await reconciler.WakeDue(CancellationToken.None);
        await reconciler.ReconcileAll(CancellationToken.None);
        return Answer.Done(0);
    }
}
