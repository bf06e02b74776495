using System.Globalization;
using Gateway.Backends;
using Gateway.Kubernetes;
using Gateway.Kubernetes.PodsIn;
using Gateway.Leadership;
using Grains;
using Grains.Configuration;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Pools;
using Grains.Racks;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime.Hosting;
using Orleans.Simulation;
using Scheduling.Model;
using Silo.Reconcile;
using Silo.Storage.Memory;

namespace Simulation.Outside.Guests;

/// <summary>
/// A small cluster with the production grains and the production side of pods in, in two gateways, against users who make and delete pods: one
/// thread, one seed. The model counts every effect and is held against what jobs committed.
/// </summary>
internal sealed partial class GuestWorld : IDisposable
{
    public const int GpusPerNode = 8;

    private const int Racks = 3;
    private const int NodesPerRack = 3;

    private static readonly PoolId Pool = new("p");
    private static readonly Caller Operator = new() { Tenant = null, User = "sim", Roles = CallerRoles.Admin };

    private readonly InMemoryMedium _medium = new();
    private readonly Random _random;
    private readonly OutsideFaults _faults;
    private readonly FlakyStorage _storage;
    private int _gangs;

    public GuestWorld(int seed, OutsideFaults faults, bool ignoresVersions = false)
    {
        (Seed, _faults, _random) = (seed, faults, new Random(seed * 31));
        _storage = new FlakyStorage(seed * 17);
        Cluster = new SimulatedCluster(seed, new SimulationOptions { Silos = 3, ConfigureSilo = (_, silo) => Configure(silo), DeathDeclaredAfter = TimeSpan.FromSeconds(5) });
        Guests = new ModelGuests(Cluster.Time, new Random(seed * 13), Committed, NodeOf, Seen.Note) { IgnoresBindPreconditions = faults.OldServer, IgnoresVersions = ignoresVersions };
        Leases = new ModelLeases(Seen.Note);
        Gateways = [.. Enumerable.Range(0, 2).Select(i => new GuestGateway(Cluster, i, Guests, Leases, new Random(seed * 7 + i), Index, Inventory, Log()))];
        foreach (var gateway in Gateways)
        {
            gateway.Start(WireFaults.None);
        }

        Cluster.RunFor(TimeSpan.FromSeconds(10));
        SetFaults(faults);
    }

    public int Seed { get; }

    public SimulatedCluster Cluster { get; }

    public Findings Seen { get; } = new();

    public Commitments Committed { get; } = new();

    public ModelGuests Guests { get; }

    public ModelLeases Leases { get; }

    public IReadOnlyList<GuestGateway> Gateways { get; }

    public int Kills { get; private set; }

    private InMemoryJobIndex Index => new(_medium);

    /// <summary>Users come and go, jobs are evicted and cancelled, and everything outside fails now and then.</summary>
    public void Storm(int steps)
    {
        Guests.IsWild = true;
        for (var i = 0; i < steps; i++)
        {
            if (Guests.Gangs.Count < 8 && _random.Next(2) == 0)
            {
                var gang = ++_gangs;
                Guests.Add(new ModelGang(string.Create(CultureInfo.InvariantCulture, $"g{gang}"), _random.Next(1, 6), _random.Next(1, 9), _random.Next(3) * 100));
            }

            if (Guests.Pods.Count(p => p.Gang is null) < 12)
            {
                Guests.Create(string.Create(CultureInfo.InvariantCulture, $"single-{i}"), null, 0, _random.Next(1, 5));
            }

            Disturb();
            if (_random.Next(4) == 0)
            {
                Reconcile();
            }

            Cluster.RunFor(TimeSpan.FromMilliseconds(_random.Next(3000)));
        }
    }

    /// <summary>The faults end, users want no more than fits, and what is under way comes to rest.</summary>
    public void Calm()
    {
        SetFaults(new OutsideFaults());
        foreach (var gateway in Gateways)
        {
            Revive(gateway);
            gateway.Wire.IsCut = false;
            gateway.Process.Resume();
        }

        Guests.IsWild = false;
        var gpus = 0;
        foreach (var gang in Guests.Gangs)
        {
            // A third of the nodes, so that all fits whatever else is where.
            gpus += gang.Size * GpusPerNode;
            gang.IsDone |= gpus > Racks * NodesPerRack * GpusPerNode / 2;
        }

        foreach (var single in Guests.Pods.Where(p => p.Gang is null).Skip(6).ToList())
        {
            Guests.Delete(single);
        }

        for (var round = 0; round < 24; round++)
        {
            Cluster.RunFor(TimeSpan.FromSeconds(10));
            Reconcile();
        }
    }

    /// <summary>Users want nothing any more.</summary>
    public void Empty()
    {
        foreach (var gang in Guests.Gangs)
        {
            gang.IsDone = true;
        }

        foreach (var single in Guests.Pods.Where(p => p.Gang is null).ToList())
        {
            Guests.Delete(single);
        }

        for (var round = 0; round < 18; round++)
        {
            Cluster.RunFor(TimeSpan.FromSeconds(10));
            Reconcile();
        }
    }

    public void Dispose() => Cluster.Dispose();

    private ILoggerProvider Log() => Environment.GetEnvironmentVariable("SIMULATION_LOG") is null ? Seen : new PrintedLog(() => Cluster?.Time.GetUtcNow() ?? default);

    private void Configure(ISiloBuilder silo)
    {
        silo.Services.AddSchedulerGrains();
        silo.Services.AddSingleton<IJournalStore>(s => new InMemoryJournalStore(_medium, s.GetRequiredService<TimeProvider>(), _storage));
        silo.Services.AddSingleton<IJobIndex>(new InMemoryJobIndex(_medium));
        silo.Services.AddGrainStorage(StorageNames.Default, (s, _) => new InMemoryGrainStorage(_medium, s.GetRequiredService<TimeProvider>(), _storage));
        silo.Services.AddSingleton<IIncomingGrainCallFilter>(Seen);
        silo.Services.AddSingleton<IIncomingGrainCallFilter>(Committed);
        silo.Services.AddSingleton<ILoggerProvider>(Log());
        silo.Services.Configure<NodeOptions>(o => o.LostAfter = TimeSpan.FromSeconds(20));
        silo.Services.Configure<PoolOptions>(o =>
        {
            o.HoldLease = TimeSpan.FromSeconds(20);
            o.Policy = HastyPools.Policy;
        });
    }

    private static ClusterInventory Inventory() => new()
    {
        Racks =
        [
            .. Enumerable.Range(0, Racks).Select(r => new RackSpec
            {
                Rack = RackId.Of(Pool, string.Create(CultureInfo.InvariantCulture, $"r{r}")), Block = "b", Nodes = [.. Enumerable.Range(0, NodesPerRack).Select(n => Node(r, n))],
            }),
        ],
    };

    private static NodeSpec Node(int rack, int node) => new()
    {
        Name = NodeOf(RackId.Of(Pool, string.Create(CultureInfo.InvariantCulture, $"r{rack}")), node), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = GpusPerNode, GpuModel = "A",
    };

    /// <summary>Nodes never change here, so slots are as they were offered.</summary>
    private static NodeId NodeOf(RackId rack, int slot) => new(string.Create(CultureInfo.InvariantCulture, $"{rack.Value.Split('/')[1]}n{slot}"));

    private void Reconcile() => Cluster.Run(async () =>
    {
        try
        {
            var reconciler = new JobReconciler(Cluster.Client, Index, Cluster.Time, NullLogger<JobReconciler>.Instance);
            await reconciler.WakeDue(CancellationToken.None);
            await reconciler.ReconcileAll(CancellationToken.None);
        }
        catch (Exception e) when (e is not Scheduling.InvariantViolationException)
        {
            // It is made again.
        }
    });
}
