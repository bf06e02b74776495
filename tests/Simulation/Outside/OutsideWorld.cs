using Grains;
using Grains.Configuration;
using Grains.Jobs;
using Grains.Nodes;
using Grains.Pools;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime.Hosting;
using Orleans.Simulation;
using Scheduling.Model;
using Scheduling.Pools;
using Silo.Reconcile;
using Silo.Storage.Memory;

namespace Simulation.Outside;

/// <summary>What may go wrong in a run, all of it drawn from its seed.</summary>
internal sealed record OutsideFaults
{
    /// <summary>Of messages between silos: lost, and doubled.</summary>
    public double Loss { get; init; }

    /// <summary>Of writes to storage: failing before or after they were made.</summary>
    public double Storage { get; init; }

    /// <summary>Of calls to what is outside.</summary>
    public WireFaults Wire { get; init; } = WireFaults.None;

    /// <summary>Gateways are killed, frozen and cut off.</summary>
    public bool Gateways { get; init; }

    /// <summary>Silos crash, and are cut off so that their grains live twice; the gateways in them too.</summary>
    public bool Silos { get; init; }

    /// <summary>Machines go, come back, and fall silent.</summary>
    public bool Nodes { get; init; }

    /// <summary>Machines that come back have restarted, and every machine has to pass preflight.</summary>
    public bool Restarts { get; init; }

    /// <summary>Most jobs have failed members started again, and outlive the loss of a node.</summary>
    public bool Swaps { get; init; }

    /// <summary>What is wrong with the product, to see that it is found.</summary>
    public Planted Planted { get; init; }

    /// <summary>There is a scale set too; machines are scarce, and some never join.</summary>
    public bool ScaleSet { get; init; }

    /// <summary>An API server that does not look at a binding's preconditions.</summary>
    public bool OldServer { get; init; }
}

/// <summary>
/// A small cluster with the production grains and the production reconcilers of two gateways, against a model of Kubernetes: one thread, one
/// seed. The model counts every effect and is held against what jobs committed.
/// </summary>
internal sealed partial class OutsideWorld : IDisposable
{
    public static readonly PoolId Pool = new("p");

    private const int Racks = 4;
    private const int NodesPerRack = 4;
    private const int GpusPerNode = 8;

    private static readonly Caller Operator = new() { Tenant = null, User = "sim", Roles = CallerRoles.Admin };

    private readonly InMemoryMedium _medium = new();
    private readonly Random _random;
    private readonly OutsideSpecs _specs;
    private readonly OutsideFaults _faults;
    private readonly FlakyStorage _storage;
    private readonly List<JobId> _accepted = [];
    private readonly List<JobId> _ending = [];

    public OutsideWorld(int seed, OutsideFaults faults)
    {
        (Seed, _faults) = (seed, faults);
        _random = new Random(seed * 31);
        _specs = new OutsideSpecs(_random, Pool, faults.Swaps);
        _storage = new FlakyStorage(seed * 17);
        Cluster = new SimulatedCluster(seed, new SimulationOptions
        {
            Silos = 3,
            ConfigureSilo = (_, silo) => Configure(silo),
            DeathDeclaredAfter = TimeSpan.FromSeconds(5),
        });
        Kubernetes = new ModelKubernetes(Cluster.Time, new Random(seed * 13), Committed, Seen.Note)
        {
            IgnoresBindPreconditions = faults.OldServer,
            Restarts = faults.Restarts,
            IgnoresPreconditions = faults.Planted.HasFlag(Planted.NoPreconditions),
        };
        Leases = new ModelLeases(Seen.Note);
        for (var rack = 0; rack < Racks; rack++)
        {
            for (var node = 0; node < NodesPerRack; node++)
            {
                Kubernetes.AddNode(Node(rack, node), RackId.Of(Pool, $"r{rack}"), $"b{rack / 2}");
            }
        }

        Arm = faults.ScaleSet ? AddScaleSet(seed) : null;
        Gateways = [.. Enumerable.Range(0, 2).Select(i => new SimulatedGateway(Cluster, i, Kubernetes, Arm, Leases, new Random(seed * 7 + i), Log(), faults.Planted))];
        foreach (var gateway in Gateways)
        {
            gateway.Start(WireFaults.None);
        }

        Cluster.RunFor(TimeSpan.FromSeconds(10));
        if (Arm is not null)
        {
            ConfigureScaleSet();
        }

        SetFaults(faults);
    }

    public int Seed { get; }

    public SimulatedCluster Cluster { get; }

    public Findings Seen { get; } = new();

    public Commitments Committed { get; } = new();

    public ModelKubernetes Kubernetes { get; }

    public ModelLeases Leases { get; }

    public IReadOnlyList<SimulatedGateway> Gateways { get; }

    public IReadOnlyList<JobId> Accepted => _accepted;

    private IClusterClient Client => Cluster.Client;

    private IPoolGrain PoolGrain => Client.GetGrain<IPoolGrain>(Pool.Value);

    private IJobGrain Job(JobId id) => Client.GetGrain<IJobGrain>(id.Value);

    /// <summary>Jobs come, are changed, run and end, while everything outside fails now and then.</summary>
    public void Storm(int jobs)
    {
        for (var i = 0; i < jobs; i++)
        {
            Submit(new JobId($"j-{i:000}"));
            Disturb();
            if (_random.Next(4) == 0)
            {
                Reconcile();
            }

            Cluster.RunFor(TimeSpan.FromMilliseconds(_random.Next(3000)));
        }
    }

    /// <summary>One gang of whole nodes.</summary>
    public void SubmitGang(JobId id, int workers)
    {
        var role = new RoleSpec { Name = "w", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = GpusPerNode } };
        var spec = new JobSpec { Name = id.Value, Tenant = new TenantId("t"), User = "u", Quota = new QuotaPath("c/t/u"), Pool = Pool, Roles = [role] };
        if (Try(async () => (await Job(id).Submit(new SubmitJob { Caller = Operator, Spec = spec, BodyHash = id.Value })).Answer) is { IsDone: true })
        {
            _accepted.Add(id);
        }
    }

    /// <summary>The faults end, and what is under way comes to rest; nothing more ends by itself.</summary>
    public void Calm()
    {
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
    public void Empty()
    {
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

    public void Dispose() => Cluster.Dispose();

    private ILoggerProvider Log() =>
        Environment.GetEnvironmentVariable("SIMULATION_LOG") is null ? Seen : new PrintedLog(() => Cluster?.Time.GetUtcNow() ?? default);

    private void Configure(ISiloBuilder silo)
    {
        silo.Services.AddSchedulerGrains();
        silo.Services.AddSingleton<IJournalStore>(s => new InMemoryJournalStore(_medium, s.GetRequiredService<TimeProvider>(), _storage));
        silo.Services.AddSingleton<IJobIndex>(new InMemoryJobIndex(_medium));
        silo.Services.AddGrainStorage(StorageNames.Default, (s, _) => new InMemoryGrainStorage(_medium, s.GetRequiredService<TimeProvider>(), _storage));
        silo.Services.AddSingleton<IIncomingGrainCallFilter>(Seen);
        silo.Services.AddSingleton<IIncomingGrainCallFilter>(Committed);
        silo.Services.AddSingleton<ILoggerProvider>(Seen);
        if (Environment.GetEnvironmentVariable("SIMULATION_LOG") is not null)
        {
            silo.Services.AddSingleton<ILoggerProvider>(new PrintedLog(() => Cluster?.Time.GetUtcNow() ?? default));
        }

        silo.Services.Configure<NodeOptions>(o => o.LostAfter = TimeSpan.FromSeconds(20));
        silo.Services.Configure<PoolOptions>(o =>
        {
            o.HoldLease = TimeSpan.FromSeconds(20);
            o.Policy = HastyPools.Policy;
        });
    }

    private static NodeSpec Node(int rack, int node) => new()
    {
        Name = new NodeId($"r{rack}n{node}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = GpusPerNode, GpuModel = rack < 2 ? "A" : "B",
    };

    private void Submit(JobId id)
    {
        var command = new SubmitJob { Caller = Operator, Spec = _specs.Job(id, _ending), BodyHash = id.Value };
        if (Try(async () => (await Job(id).Submit(command)).Answer) is { IsDone: true })
        {
            _accepted.Add(id);
            _ending.Add(id);
        }
    }

    private void Reconcile() => Try(async () =>
    {
        var reconciler = new JobReconciler(Client, new InMemoryJobIndex(_medium), Cluster.Time, NullLogger<JobReconciler>.Instance);
        await reconciler.WakeDue(CancellationToken.None);
        await reconciler.ReconcileAll(CancellationToken.None);
        return Answer.Done(0);
    });

    private Answer? Try(Func<Task<Answer>> call) => Cluster.Run(async () =>
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is not Scheduling.InvariantViolationException)
        {
            return null;
        }
    });

    private List<JobIndexRow> Live() => Cluster.Run(async () => (await new InMemoryJobIndex(_medium).Scan(null, 1000, false)).ToList());
}
