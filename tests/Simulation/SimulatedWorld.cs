using System.Collections.Immutable;
using Grains;
using Grains.Configuration;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Pools;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime.Hosting;
using Orleans.Simulation;
using Scheduling.Model;
using Silo.Storage;
using Silo.Storage.Memory;
using Simulation.Shadow;

namespace Simulation;

/// <summary>
/// A small cluster with the production grains, in one thread under one seed: silos, a medium that outlives them, and twins of all that is stored. It carries
/// out a <see cref="Scenario"/>; what is outside of the grains is the business of each kind of world. Everything it was promised is written down and held
/// against the end.
/// </summary>
internal abstract partial class SimulatedWorld : IDisposable
{
    public static readonly PoolId Pool = new("p");

    public const int Silos = 3;
    public const int Racks = 4;
    public const int NodesPerRack = 4;
    public const int GpusPerNode = 8;
    public const int Teams = 2;

    protected static readonly Caller Operator = new() { Tenant = null, User = "sim", Roles = CallerRoles.Admin };

    private readonly IStorageFaults _storage;
    private ImmutableArray<IChecker> _checkers = [];

    protected SimulatedWorld(Scenario scenario, RunOptions options)
    {
        Options = options;
        Scenario = scenario;
        var faulty = !scenario.Ops.All(o => o.Fault == FaultKinds.None && o is not Op.SetFaults);
        Seen = new Observer(() => Cluster?.Time.GetUtcNow() ?? default)
        {
            StopsAtFirst = options.StopAtFirst,
            HasLostGpus = HasLostGpus,
            CallOffWithin = faulty ? TimeSpan.MaxValue : TimeSpan.FromSeconds(2),
            Found = what =>
            {
                _foundBeforeEnding |= !_isEnding;
                Tell($"VIOLATION {what}");
            },
        };
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
        AtRest = new AtRestChecks(Cluster, new InMemoryJobIndex(Medium), Seen, Pool, Operator);
    }

    /// <summary>The world that the scenario's profile is about.</summary>
    public static SimulatedWorld Of(Scenario scenario, RunOptions options) =>
        scenario.Profile.Outside is { Guests: true } users ? new Outside.Guests.GuestWorld(scenario, options, users)
        : scenario.Profile.Outside is { } outside ? new Outside.OutsideWorld(scenario, options, outside) : new World(scenario, options);

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

    protected RunOptions Options { get; }

    protected AtRestChecks AtRest { get; }

    protected IClusterClient Client => Cluster.Client;

    protected IPoolGrain PoolGrain => Client.GetGrain<IPoolGrain>(Pool.Value);

    protected DateTimeOffset Now => Cluster.Time.GetUtcNow();

    protected IJobGrain Job(JobId id) => Client.GetGrain<IJobGrain>(id.Value);

    public virtual RunResult ToResult() => new(Scenario.Seed, Cluster.Steps, Cluster.TraceHash, [.. Seen.Broken], Scenario)
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

    /// <summary>A line of the transcript, with virtual time.</summary>
    public void Tell(string what) => Options.Transcript?.Invoke($"{Now:mm:ss.fff} {what}");

    /// <summary>Those who look on come to life, before anything happens that they should see.</summary>
    protected void AddCheckers() => _checkers = [.. Options.Checkers.Select(c => c(this))];

    /// <summary>Things can go wrong from now on.</summary>
    protected void BeginChecks() => Cluster.AfterStep = AfterStep;

    /// <summary>A node of the rack has fewer GPUs than it began with.</summary>
    protected virtual bool HasLostGpus(RackId rack) => false;

    /// <summary>What this kind of world adds to a silo.</summary>
    protected virtual void ConfigureMore(ISiloBuilder silo)
    {
    }

    protected static NodeSpec Node(int rack, int node, int gpus = GpusPerNode) => new()
    {
        Name = new NodeId($"r{rack}n{node}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = gpus, GpuModel = rack < 2 ? "A" : "B", Extended = Extras.OfferedWith(gpus),
    };

    protected static RackId RackOf(int rack) => RackId.Of(Pool, $"r{rack}");

    private void Configure(ISiloBuilder silo)
    {
        silo.Services.AddSchedulerGrains();
        silo.Services.AddSingleton<IJournalStore>(s => new InMemoryJournalStore(
            Medium, s.GetRequiredService<TimeProvider>(), _storage, new JournalOptions { MinEntries = Options.SnapshotAfter }));
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
            o.SnapshotAfter = Math.Min(100, Options.SnapshotAfter);
            o.History.HandOverAfter = TimeSpan.FromSeconds(40);
            o.Policy = HastyPools.Policy;
            Options.Pools?.Invoke(o);
        });
        ConfigureMore(silo);
    }
}
