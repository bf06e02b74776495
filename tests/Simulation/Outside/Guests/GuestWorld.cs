using Gateway.Backends;
using Gateway.Kubernetes.PodsIn;
using Grains;
using Grains.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Scheduling.Model;
using Silo.Storage.Memory;

namespace Simulation.Outside.Guests;

/// <summary>
/// A cluster with the production side of pods in, in two gateways, against users who make and delete pods. The model of the API server counts every effect and is held
/// against what jobs committed.
/// </summary>
internal sealed partial class GuestWorld : SimulatedWorld
{
    public const int GatewayCount = 2;

    /// <summary>Gangs and single pods that users want at once.</summary>
    private const int MostGangs = 10;
    private const int MostSingles = 16;

    private readonly List<SeededRandom> _drawn = [];

    public GuestWorld(Scenario scenario, RunOptions options, OutsideSetup setup)
        : base(scenario, options)
    {
        Guests = new ModelGuests(Cluster.Time, Drawn(), Committed, NodeOf, Seen.Record)
        {
            IsWild = true, IgnoresBindPreconditions = setup.OldServer, IgnoresVersions = setup.Planted.HasFlag(Planted.NoPreconditions),
        };
        Leases = new ModelLeases(Seen.Record);
        Gateways = [.. Enumerable.Range(0, GatewayCount).Select(i => new GuestGateway(Cluster, i, Guests, Leases, Drawn(), new InMemoryJobIndex(Medium), Inventory, Log(), setup))];
        AddCheckers();
        foreach (var gateway in Gateways)
        {
            gateway.Start(WireFaults.None);
        }

        Cluster.RunFor(TimeSpan.FromSeconds(10));
        BeginChecks();
    }

    public Commitments Committed { get; } = new();

    public ModelGuests Guests { get; }

    public ModelLeases Leases { get; }

    public IReadOnlyList<GuestGateway> Gateways { get; }

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
            case Op.WantPods want:
                if (Guests.Gangs.Count < MostGangs)
                {
                    Guests.Add(new ModelGang(want.Gang, want.Size, want.Gpus, want.Priority, want.Extended));
                }

                return Task.CompletedTask;
            case Op.MakePod make:
                if (Guests.Pods.Count(p => p.Gang is null) < MostSingles)
                {
                    Guests.Create(make.Name, null, 0, make.Gpus, make.Extended);
                }

                return Task.CompletedTask;
            case Op.StopBound stop when Guests.Pods.Where(p => p.BoundFor is not null).Select(p => p.BoundFor!.Value).ToList() is { Count: > 0 } bound:
                var attempt = bound[stop.Pick % bound.Count];
                return Start(() => stop.Cancels ? JobOf(client, attempt.Job).Cancel(Operator, "sim") : JobOf(client, attempt.Job).Evict(attempt.Number, "sim"));
            case Op.StopBound:
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

    /// <summary>The faults end, users want no more than fits, and what is under way comes to rest.</summary>
    private void Calm()
    {
        Tell("calm");
        Cluster.Reseed(Scenario.Mix(Scenario.Seed, -3));
        Reseed(Scenario.Mix(Scenario.Seed, -4));
        EndFaults();
        Guests.IsWild = false;
        var gpus = 0;
        foreach (var gang in Guests.Gangs)
        {
            // Less than half, so that all fits wherever anything is.
            gpus += gang.Size * GpusPerNode;
            gang.IsDone |= gpus > Racks * NodesPerRack * GpusPerNode / 2;
        }

        foreach (var single in Guests.Pods.Where(p => p.Gang is null).Skip(6).ToList())
        {
            Guests.Delete(single);
        }

        ComeToRest(rounds: 24);
    }

    /// <summary>Users want nothing any more.</summary>
    private void Empty()
    {
        Tell("empty");
        foreach (var gang in Guests.Gangs)
        {
            gang.IsDone = true;
        }

        foreach (var single in Guests.Pods.Where(p => p.Gang is null).ToList())
        {
            Guests.Delete(single);
        }

        ComeToRest(rounds: 18);
    }

    private void ComeToRest(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            Cluster.RunFor(TimeSpan.FromSeconds(10));
            Reconcile();
        }
    }

    private SeededRandom Drawn()
    {
        _drawn.Add(new SeededRandom(Scenario.Mix(Scenario.Seed, -10 - _drawn.Count)));
        return _drawn[^1];
    }

    private ILoggerProvider Log() => Environment.GetEnvironmentVariable("SIMULATION_LOG") is null ? Seen : new PrintedLog(() => Cluster?.Time.GetUtcNow() ?? default);

    private static ClusterInventory Inventory() => new()
    {
        Racks =
        [
            .. Enumerable.Range(0, Racks).Select(r => new RackSpec { Rack = RackOf(r), Block = $"b{r / 2}", Nodes = [.. Enumerable.Range(0, NodesPerRack).Select(n => Node(r, n))] }),
        ],
    };

    /// <summary>Nodes never change here, so slots are as they were offered.</summary>
    private static NodeId NodeOf(RackId rack, int slot) => Node(rack.Value[^1] - '0', slot).Name;
}
