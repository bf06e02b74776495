using Grains;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Model;
using Scheduling.Quotas;
using Silo.Reconcile;
using Silo.Storage.Memory;

namespace Simulation;

/// <content>How the operations of a scenario are carried out.</content>
internal sealed partial class World
{
    /// <summary>So long a caller is waited for before the next operation; it goes on beside that one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>GPUs that each node has now.</summary>
    private readonly int[,] _gpus = AllGpus();

    private readonly List<Task> _underway = [];
    private Task _looking = Task.CompletedTask;
    private IReadOnlyList<Assignment> _lastList = [];
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

        if (_options.Ending == Ending.None)
        {
            return;
        }

        _isEnding = true;

        Calm();
        Check("at rest", [.. Check(), .. Scenario.Profile.Undisturbed ? Wasted() : []]);
        if (_options.Ending == Ending.Rest)
        {
            return;
        }

        Finish(replicas: 1);
        Check("when all had ended", [.. CheckFinished(), .. Check()]);
        Finish(replicas: 2);
        Check("when services had grown", [.. CheckFinished(), .. Check()]);
        Empty();
        Check("when all were gone", [.. CheckEmpty(), .. Check()]);
    }

    /// <summary>A line of the transcript, with virtual time.</summary>
    public void Tell(string what) => _options.Transcript?.Invoke($"{Now:mm:ss.fff} {what}");

    private void Do(Op op)
    {
        _opsDone++;
        Cluster.Reseed(op.Seed);
        Faults.Reseed(op.Seed);
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
            case Op.NodeDies dies:
                return Start(() => Observe(client, dies.Rack, dies.Node, ready: false));
            case Op.NodeReturns returns:
                return Start(() => Return(client, returns.Rack, returns.Node, returns.Gpus));
            case Op.RackDies dies:
                At(dies.Down, () => _underway.Add(Start(() => ObserveRack(client, dies.Rack, ready: true))));
                return Start(() => ObserveRack(client, dies.Rack, ready: false));
            case Op.SetQuota quota:
                return Start(() => SetQuota(client, quota.Team, quota.Spec));
            case Op.RunBackend look:
                Cluster.RunUntil(_looking);
                return _looking = Start(() => LookAround(look, client));
            case Op.Reconcile:
                return Start(() => ReconcileNow(client));
            default:
                Break(op);
                return Task.CompletedTask;
        }
    }

    private static IJobGrain JobOf(IClusterClient client, JobId id) => client.GetGrain<IJobGrain>(id.Value);

    private static INodeGrain NodeOf(IClusterClient client, int rack, int node) => client.GetGrain<INodeGrain>(Node(rack, node).Name.Value);

    private static int IndexOf(RackId rack) => rack.Value[^1] - '0';

    private static RackId RackOf(int rack) => RackId.Of(Pool, $"r{rack}");

    private static int[,] AllGpus()
    {
        var gpus = new int[Racks, NodesPerRack];
        for (var i = 0; i < gpus.Length; i++)
        {
            gpus[i / NodesPerRack, i % NodesPerRack] = GpusPerNode;
        }

        return gpus;
    }

    /// <summary>A call from outside: no answer, or an error, leaves its outcome unknown.</summary>
    private Task<Answer?> Start(Func<Task<Answer>> call) => Cluster.Start(async () =>
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
    private Answer? Try(Func<Task<Answer>> call) => Cluster.RunUntil(Start(call));

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

    private async Task<Answer> Observe(IClusterClient client, int rack, int node, bool ready)
    {
        await NodeOf(client, rack, node).Observe(new NodeObservation { Spec = Node(rack, node, _gpus[rack, node]), Rack = RackOf(rack), Ready = ready });
        return Answer.Done(0);
    }

    private async Task<Answer> ObserveRack(IClusterClient client, int rack, bool ready)
    {
        await Task.WhenAll(Enumerable.Range(0, NodesPerRack).Select(n => Observe(client, rack, n, ready)));
        return Answer.Done(0);
    }

    private async Task<Answer> Return(IClusterClient client, int rack, int node, int gpus)
    {
        if (_gpus[rack, node] != gpus)
        {
            _gpus[rack, node] = gpus;
            await OfferRack(rack, client);
        }

        return await Observe(client, rack, node, ready: true);
    }

    private Task<RackView> OfferRack(int rack, IClusterClient? client = null) => (client ?? Client).GetGrain<IRackGrain>(RackOf(rack).Value).Offer(new RackSpec
    {
        Rack = RackOf(rack), Block = $"b{rack / 2}", Nodes = [.. Enumerable.Range(0, NodesPerRack).Select(n => Node(rack, n, _gpus[rack, n]))],
    });

    private static async Task<Answer> SetQuota(IClusterClient client, int team, QuotaSpec spec)
    {
        var grain = client.GetGrain<IQuotaGrain>("c");
        var version = (await grain.GetTree(Operator, new QuotaPath("c")))?.Version ?? 0;
        return await grain.SetQuota(Operator, new QuotaPath($"c/t{team}"), spec, version);
    }

    /// <summary>Lists what should run and reports what became of some of it.</summary>
    private async Task<Answer> LookAround(Op.RunBackend look, IClusterClient client)
    {
        var random = new Random(look.Seed);
        IReadOnlyList<Assignment> items = (await client.GetGrain<IPoolGrain>(Pool.Value).ListAssignments(null, 1000)).Items;
        (items, _lastList) = (look.Lie == BackendFault.StaleList ? _lastList : items, items);
        foreach (var item in items.Where(_ => look.Mood != BackendMood.Wild || random.Next(3) != 0))
        {
            if (_backend.Act(item, look.Mood, Now, random) is not { } report)
            {
                continue;
            }

            if (look.Lie == BackendFault.Slow)
            {
                await Cluster.Delay(TimeSpan.Zero, TimeSpan.FromSeconds(3));
            }

            // One report that is not heard keeps none of the others back.
            await Send(client, item, report);
            if (look.Lie == BackendFault.Twice)
            {
                await Send(client, item, report);
            }

            if (look.Lie == BackendFault.OldReport && report.Attempt > 1)
            {
                await Send(client, item, new AttemptReport { Attempt = report.Attempt - 1, AllSucceeded = random.Next(2) == 0, Gone = true });
            }
        }

        return Answer.Done(0);
    }

    private static async Task Send(IClusterClient client, Assignment item, AttemptReport report)
    {
        try
        {
            await JobOf(client, item.Attempt.Job).Report(report);
        }
        catch (Exception e) when (e is not Scheduling.InvariantViolationException)
        {
            // It is said again the next time.
        }
    }

    private async Task<Answer> ReconcileNow(IClusterClient client)
    {
        var reconciler = new JobReconciler(client, new InMemoryJobIndex(Medium), Cluster.Time, NullLogger<JobReconciler>.Instance);
        await reconciler.WakeDue(CancellationToken.None);
        await reconciler.ReconcileAll(CancellationToken.None);
        return Answer.Done(0);
    }
}
