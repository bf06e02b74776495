using System.Collections.Immutable;
using Grains;
using Grains.Clusters;
using Grains.Configuration;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Pools;
using Grains.Racks;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Hosting;
using Orleans.Simulation;
using Scheduling.Model;
using Scheduling.Pools;
using Silo.Storage;
using Silo.Storage.Memory;
using Simulation.Shadow;

namespace Simulation;

/// <summary>
/// A small cluster with the production grains, in one thread under one seed: silos, a medium that outlives them, a client that submits jobs
/// of every kind and changes its mind, operators who take nodes out and set quotas, and a backend that runs what should run. It carries out a
/// <see cref="Scenario"/>. Everything it was promised is written down and held against the end.
/// </summary>
internal sealed partial class World : IDisposable
{
    public static readonly PoolId Pool = new("p");

    public const int Silos = 3;
    public const int Racks = 4;
    public const int NodesPerRack = 4;
    public const int GpusPerNode = 8;
    public const int Teams = 2;

    private static readonly Caller Operator = new() { Tenant = null, User = "sim", Roles = CallerRoles.Admin };

    private readonly RunOptions _options;
    private readonly IStorageFaults _storage;
    private readonly Backend _backend;
    private readonly ImmutableArray<IChecker> _checkers;

    /// <summary>What was acknowledged, with the request's body: it must be there for ever.</summary>
    private readonly SortedDictionary<JobId, string> _accepted = [];
    private readonly HashSet<JobId> _services = [];
    private readonly AtRestChecks _atRest;

    public World(Scenario scenario, RunOptions options)
    {
        _options = options;
        Scenario = scenario;
        var faulty = !scenario.Ops.All(o => o.Fault == FaultKinds.None && o is not Op.SetFaults);
        Seen = new Observer(() => Cluster?.Time.GetUtcNow() ?? default)
        {
            StopsAtFirst = options.StopAtFirst,
            HasLostGpus = rack => Enumerable.Range(0, NodesPerRack).Any(n => _gpus[IndexOf(rack), n] < GpusPerNode),
            CallOffWithin = faulty ? TimeSpan.MaxValue : TimeSpan.FromSeconds(2),
            Found = what =>
            {
                _foundBeforeEnding |= !_isEnding;
                Tell($"VIOLATION {what}");
            },
        };
        _backend = new Backend(Seen.Record, (rack, slot) => _gpus[IndexOf(rack), slot]);
        _storage = options.Storage?.Invoke(this, Faults) ?? Faults;
        Cluster = new SimulatedCluster(scenario.Seed, new SimulationOptions
        {
            Silos = Silos,
            ConfigureSilo = (_, silo) => Configure(silo),
            DeathDeclaredAfter = TimeSpan.FromSeconds(5),
            MaxSteps = options.MaxSteps,
            Trace = options.Trace,
        });
        Shadow = new Shadows(Seen.Record, Wrote);
        Medium.Observer = Shadow;
        _checkers = [.. options.Checkers.Select(c => c(this))];
        _atRest = new AtRestChecks(Cluster, new InMemoryJobIndex(Medium), Seen, Pool, Operator);
        OfferRacks();
        Cluster.AfterStep = AfterStep;
    }

    public Scenario Scenario { get; }

    public SimulatedCluster Cluster { get; }

    public SeededFaults Faults { get; } = new();

    /// <summary>What all silos store.</summary>
    public InMemoryMedium Medium { get; } = new();

    /// <summary>Twins of what is stored.</summary>
    public Shadows Shadow { get; }

    /// <summary>What was seen of the grains between their turns.</summary>
    public Observer Seen { get; }

    public IReadOnlyCollection<JobId> Accepted => _accepted.Keys;

    private IClusterClient Client => Cluster.Client;

    private IPoolGrain PoolGrain => Client.GetGrain<IPoolGrain>(Pool.Value);

    private DateTimeOffset Now => Cluster.Time.GetUtcNow();

    private IJobGrain Job(JobId id) => Client.GetGrain<IJobGrain>(id.Value);

    public RunResult ToResult() => new(Scenario.Seed, Cluster.Steps, Cluster.TraceHash, [.. Seen.Broken], Scenario)
    {
        OpsDone = _opsDone,
        FoundBeforeEnding = _foundBeforeEnding,
        Counts = new RunCounts
        {
            Accepted = _accepted.Count,
            EvictionsPlanned = Seen.Promised[Scheduling.Preemption.ClaimKind.Evict].Count,
            EvictionsAsked = Seen.Asked.Count,
            EvictionsCalledOff = Seen.CalledOff,
            Reservations = Seen.Promised[Scheduling.Preemption.ClaimKind.Reserve].Count,
            StorageFaults = Faults.Injected,
            Crashes = _crashes,
            Partitions = _partitions,
        },
    };

    public void Dispose() => Cluster.Dispose();

    private void Configure(ISiloBuilder silo)
    {
        silo.Services.AddSchedulerGrains();
        silo.Services.AddSingleton<IJournalStore>(s => new InMemoryJournalStore(
            Medium, s.GetRequiredService<TimeProvider>(), _storage, new JournalOptions { MinEntries = _options.SnapshotAfter }));
        silo.Services.AddSingleton<IJobIndex>(new InMemoryJobIndex(Medium));
        silo.Services.AddGrainStorage(StorageNames.Default, (s, _) => new InMemoryGrainStorage(Medium, s.GetRequiredService<TimeProvider>(), _storage));
        silo.Services.AddSingleton<IIncomingGrainCallFilter>(Seen);
        silo.Services.AddSingleton<ILoggerProvider>(Seen);
        if (Environment.GetEnvironmentVariable("SIMULATION_LOG") is not null)
        {
            silo.Services.AddSingleton<ILoggerProvider>(new PrintedLog(() => Cluster?.Time.GetUtcNow() ?? default));
        }

        silo.Services.Configure<NodeOptions>(o => o.LostAfter = TimeSpan.FromSeconds(20));
        silo.Services.Configure<PoolOptions>(o =>
        {
            o.HoldLease = TimeSpan.FromSeconds(20);
            o.SnapshotAfter = Math.Min(100, _options.SnapshotAfter);
            o.History.HandOverAfter = TimeSpan.FromSeconds(40);
            o.Policy = HastyPools.Policy;
            _options.Pools?.Invoke(o);
        });
    }

    private void OfferRacks() => Cluster.Run(async () =>
    {
        await Client.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(Pool);
        for (var r = 0; r < Racks; r++)
        {
            await OfferRack(r);
            foreach (var node in Enumerable.Range(0, NodesPerRack).Select(n => Node(r, n)))
            {
                await Client.GetGrain<INodeGrain>(node.Name.Value).Observe(new NodeObservation { Spec = node, Rack = RackOf(r), Ready = true });
            }
        }
    });

    private static NodeSpec Node(int rack, int node, int gpus = GpusPerNode) => new()
    {
        Name = new NodeId($"r{rack}n{node}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = gpus, GpuModel = rack < 2 ? "A" : "B",
    };
}
