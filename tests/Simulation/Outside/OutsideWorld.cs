using Grains;
using Grains.Jobs;
using Grains.Pools;
using Grains.Quotas;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation.Outside;

/// <summary>
/// A cluster with the production reconcilers of two gateways, against models of Kubernetes and of Azure. The models count every effect and are held
/// against what jobs committed.
/// </summary>
internal sealed partial class OutsideWorld : SimulatedWorld
{
    public const int GatewayCount = 2;

    /// <summary>Machines of the scale set.</summary>
    public const int Ceiling = 8;

    /// <summary>With a planner, what all teams together may use: less than there could be machines for.</summary>
    public const int QuotaMachines = 5;

    private readonly OutsideSetup _setup;
    private readonly List<SeededRandom> _drawn = [];

    public OutsideWorld(Scenario scenario, RunOptions options, OutsideSetup setup)
        : base(scenario, options)
    {
        _setup = setup;
        Kubernetes = new ModelKubernetes(Cluster.Time, Drawn(), Committed, Seen.Record)
        {
            IgnoresBindPreconditions = setup.OldServer,
            Restarts = setup.Restarts,
            IgnoresPreconditions = setup.Planted.HasFlag(Planted.NoPreconditions),
        };
        Leases = new ModelLeases(Seen.Record);
        for (var rack = 0; rack < Racks && !setup.Plans; rack++)
        {
            for (var node = 0; node < NodesPerRack; node++)
            {
                Kubernetes.AddNode(Node(rack, node), RackOf(rack), BlockOf(rack));
            }
        }

        if (setup.Plans)
        {
            // A cluster without any node is taken for a fault of its list.
            Kubernetes.AddNode(Node(0, 0, gpus: 0), RackOf(0), BlockOf(0));
        }

        Arm = setup.ScaleSet ? new ModelArm(Cluster.Time, Drawn(), Kubernetes, Seen.Record) { Ceiling = Ceiling } : null;
        Gateways = [.. Enumerable.Range(0, GatewayCount).Select(i => new SimulatedGateway(Cluster, i, Kubernetes, Arm, Leases, Drawn(), Log(), setup))];
        AddCheckers();
        foreach (var gateway in Gateways)
        {
            gateway.Start(WireFaults.None);
        }

        Cluster.RunFor(TimeSpan.FromSeconds(10));
        if (setup.Plans)
        {
            Until(() => LimitQuota());
        }
        else if (setup.ScaleSet)
        {
            Until(ConfigureScaleSet);
        }

        BeginChecks();
    }

    public Commitments Committed { get; } = new();

    public ModelKubernetes Kubernetes { get; }

    public ModelLeases Leases { get; }

    public IReadOnlyList<SimulatedGateway> Gateways { get; }

    protected override void ConfigureMore(ISiloBuilder silo) => silo.Services.AddSingleton<IIncomingGrainCallFilter>(Committed);

    protected override void Reseed(int seed)
    {
        for (var i = 0; i < _drawn.Count; i++)
        {
            _drawn[i].Reseed(Scenario.Mix(seed, i + 1));
        }
    }

    protected override Task? Act(Op op, IClusterClient client)
    {
        switch (op)
        {
            case Op.NodeVanishes gone when Find(gone.Rack, gone.Node) is { Exists: true } node:
                Kubernetes.DeleteNode(node.Spec.Name);
                return Task.CompletedTask;
            case Op.NodeDies silent when Find(silent.Rack, silent.Node) is { } node:
                node.Ready = false;
                return Task.CompletedTask;
            case Op.NodeReturns back when Find(back.Rack, back.Node) is { } node:
                Kubernetes.BringBack(node, restarted: !node.Ready && node.Boot % 2 == 0);
                return Task.CompletedTask;
            case Op.NodeMoves moves when Find(moves.Rack, moves.Node) is { } node:
                (node.Rack, node.Block) = (RackOf(moves.To), BlockOf(moves.To));
                return Task.CompletedTask;
            case Op.NodeVanishes or Op.NodeDies or Op.NodeReturns or Op.NodeMoves:
                return Task.CompletedTask;
            case Op.WantMachines want:
                return Start(() => ScaleSetOf(client).Want(Operator, want.Machines, "sim"));
            case Op.RemoveMachines remove:
                return Start(() => RemoveMachines(client, remove.Most));
            case Op.KeepMachine:
                return Start(() => KeepMachine(client));
            case Op.LoseMachine:
                Arm!.Evict();
                return Task.CompletedTask;
            default:
                return null;
        }
    }

    protected override void End()
    {
        Calm();
        Check("at rest", Check());
        if (Options.Ending == Ending.Rest)
        {
            return;
        }

        Empty();
        Check("when all were gone", [.. CheckEmpty(), .. Check()]);
    }

    /// <summary>The faults end, and what is under way comes to rest; nothing more ends by itself.</summary>
    private void Calm()
    {
        Tell("calm");
        Cluster.Reseed(Scenario.Mix(Scenario.Seed, -3));
        Reseed(Scenario.Mix(Scenario.Seed, -4));
        EndFaults();
        Kubernetes.Mood = BackendMood.Obedient;
        for (var round = 0; round < 18; round++)
        {
            Cluster.RunFor(TimeSpan.FromSeconds(10));
            Reconcile();
        }

        if (Arm is not null)
        {
            CalmScaleSet();
        }
    }

    /// <summary>What can end ends; what cannot is cancelled. Nothing is left.</summary>
    private void Empty()
    {
        Tell("empty");
        Kubernetes.Mood = BackendMood.Finishing;
        for (var round = 0; round < 60 && Live().Count > 0; round++)
        {
            foreach (var row in Live().Where(r => r.Parent is null && (round > 20 || r.Phase == "Suspended")))
            {
                Try(() => Job(row.Job).Cancel(Operator, "the end"));
            }

            Cluster.RunFor(TimeSpan.FromSeconds(10));
            Reconcile();
        }

        if (Arm is not null)
        {
            EmptyScaleSet();
        }

        Cluster.RunFor(TimeSpan.FromSeconds(60));
    }

    private SeededRandom Drawn()
    {
        _drawn.Add(new SeededRandom(Scenario.Mix(Scenario.Seed, -10 - _drawn.Count)));
        return _drawn[^1];
    }

    private ModelNode? Find(int rack, int node) => Kubernetes.FindNode(Node(rack, node).Name);

    private static string BlockOf(int rack) => $"b{rack / 2}";

    private ILoggerProvider Log() => Environment.GetEnvironmentVariable("SIMULATION_LOG") is null ? Seen : new PrintedLog(() => Cluster?.Time.GetUtcNow() ?? default);

    private void Until(Func<Task<Answer>> call)
    {
        while (Try(call) is not { IsDone: true })
        {
            Cluster.RunFor(TimeSpan.FromSeconds(1));
        }
    }

    private async Task<Answer> LimitQuota()
    {
        var grain = Client.GetGrain<IQuotaGrain>("c");
        var version = (await grain.GetTree(Operator, new QuotaPath("c")))?.Version ?? 0;
        var limit = new QuotaSpec { Limit = [new ResourceAmount(ResourceNames.Gpu, QuotaMachines * GpusPerNode * 1000L)] };
        return await grain.SetQuota(Operator, new QuotaPath("c"), limit, version);
    }
}
