using System.Collections.Immutable;
using Grains;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Scheduling;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation.CrashPoints;

/// <content>Users and operators: what they ask for, again and again until it is answered, and what they see.</content>
internal sealed partial class Stage
{
    private const string Cohort = "c";
    private const int GpusPerNode = 8;
    private const int MaxSends = 60;
    private static readonly TimeSpan SendAgainAfter = TimeSpan.FromMilliseconds(500);

    private readonly SortedDictionary<int, int> _inventory = [];
    private readonly HashSet<NodeId> _notReady = [];

    public void Submit(string id, JobSpec spec)
    {
        var command = new SubmitJob { Caller = Operator, Spec = spec, BodyHash = id };
        Send(async () => (await Job(id).Submit(command)).Answer);
        _accepted.Add(new JobId(id));
    }

    public void Cancel(string id) => Send(() => Job(id).Cancel(Operator, "sim"));

    public void Suspend(string id) => Send(() => Job(id).Suspend(Operator, "sim"));

    public void Resume(string id) => Send(() => Job(id).Resume(Operator));

    public void Scale(string id, int replicas) => Send(() => Job(id).Scale(Operator, replicas));

    public void Drain(NodeId node) => Send(() => Node(node).Drain(Operator, "sim"));

    public void Uncordon(NodeId node) => Send(() => Node(node).Uncordon(Operator));

    /// <summary>The cluster shows the node as ready, or not, from now on.</summary>
    public void Observe(NodeId node, bool ready)
    {
        _ = ready ? _notReady.Remove(node) : _notReady.Add(node);
        var rack = node.Value[1] - '0';
        Send(() => Done(Show(rack, NodesIn(rack, _inventory[rack]).Single(n => n.Name == node))));
    }

    /// <summary>The rack consists of so many nodes from now on.</summary>
    public void OfferRack(int rack, int nodes)
    {
        _inventory[rack] = nodes;
        Send(() => Done(Offer(rack, nodes)));
        foreach (var node in NodesIn(rack, nodes))
        {
            Send(() => Done(Show(rack, node)));
        }
    }

    /// <summary>What a team is owed, and what it may never pass, in GPUs.</summary>
    public void SetQuota(string team, int nominal, int? limit = null) => Send(async () =>
    {
        var quota = Client.GetGrain<IQuotaGrain>(Cohort);
        var version = (await quota.GetTree(Operator, new QuotaPath(Cohort)))?.Version ?? 0;
        var spec = new QuotaSpec { Nominal = Gpus(nominal), Limit = limit is { } most ? Gpus(most) : [] };
        return await quota.SetQuota(Operator, new QuotaPath($"{Cohort}/{team}"), spec, version);
    });

    /// <summary>As the stored jobs have it now; null: there is no such job.</summary>
    public JobIndexRow? Row(string id) => Cluster.Run(() => _medium.Jobs.Get([new JobId(id)])) is [var row] ? row : null;

    public List<JobIndexRow> Rows() => _atRest.Rows(includeEnded: true);

    public bool Is(string id, string phase, int attempt = 0) => Row(id) is { } row && row.Phase == phase && row.Attempt >= attempt;

    public JobView? View(string id) => Ask(() => Job(id).Get(Operator));

    /// <summary>The nodes that the job's live attempt is placed on.</summary>
    public IReadOnlyList<NodeId> NodesOf(string id) =>
        [.. View(id)?.Placement?.Racks.SelectMany(r => r.Workers.Select(w => new NodeId($"{r.Rack.Value[^2..]}n{w.Slot}"))).Distinct() ?? []];

    public NodeView? ViewNode(NodeId node) => Ask(() => Node(node).GetView());

    public string Describe() => string.Join(", ", Rows().Select(r => $"{r.Job} {r.Phase} {r.Attempt}{Why(r)}"));

    private string Why(JobIndexRow row) =>
        row is { Ended: false, Held: false, Phase: "Pending" } && Ask(() => PoolGrain.Explain(Operator, row.Job)) is { } why ? $" ({why.Reason}: {why.Message})" : "";

    /// <summary>A command, sent again under the same id until it is answered. Only the first answer may not be a refusal: a repeat may find it done.</summary>
    private void Send(Func<Task<Answer>> command)
    {
        for (var sent = 1; sent <= MaxSends; sent++)
        {
            if (Ask(async () => (Answer?)await command()) is { } answer)
            {
                if (answer.Outcome == Outcome.NotFound)
                {
                    // A node whose silo died is known again once it was shown again.
                    Advance(SendAgainAfter);
                    continue;
                }

                if (sent == 1 && !answer.IsDone)
                {
                    throw new ScenarioStuckException($"refused: {answer.Message}");
                }

                return;
            }

            Advance(SendAgainAfter);
        }

        throw new ScenarioStuckException($"a command was sent {MaxSends} times without an answer. There is {Describe()}");
    }

    /// <summary>One question; null: no answer in time, or an error.</summary>
    private T? Ask<T>(Func<Task<T?>> question) where T : class
    {
        var answer = Cluster.Start(async () =>
        {
            try
            {
                return await question().WaitAsync(AnswerWithin, Cluster.Time);
            }
            catch (Exception e) when (e is not InvariantViolationException)
            {
                return null;
            }
        });
        while (!answer.IsCompleted)
        {
            var end = Now + Slice;
            Cluster.RunUntil(() => answer.IsCompleted || Now >= end);
            Revive();
        }

        return answer.GetAwaiter().GetResult();
    }

    private static ImmutableArray<ResourceAmount> Gpus(int gpus) => [new ResourceAmount(ResourceNames.Gpu, gpus * 1000L)];

    private Task Offer(int rack, int nodes) =>
        Client.GetGrain<IRackGrain>(RackOf(rack).Value).Offer(new RackSpec { Rack = RackOf(rack), Block = "b", Nodes = [.. NodesIn(rack, nodes)] });

    private Task Show(int rack, NodeSpec node) => Node(node.Name).Observe(new NodeObservation { Spec = node, Rack = RackOf(rack), Ready = !_notReady.Contains(node.Name) });

    private static async Task<Answer> Done(Task call)
    {
        await call;
        return Answer.Done(0);
    }

    private static IEnumerable<NodeSpec> NodesIn(int rack, int nodes) => Enumerable.Range(0, nodes).Select(n => NodeOf(rack, n));

    private static RackId RackOf(int rack) => RackId.Of(Pool, $"r{rack}");

    private static NodeSpec NodeOf(int rack, int slot) => new()
    {
        Name = new NodeId($"r{rack}n{slot}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = GpusPerNode, GpuModel = "A",
    };

    private IJobGrain Job(string id) => Client.GetGrain<IJobGrain>(id);

    private INodeGrain Node(NodeId node) => Client.GetGrain<INodeGrain>(node.Value);
}
