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
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime.Hosting;
using Orleans.Simulation;
using Scheduling.Model;
using Scheduling.Pools;
using Silo.Reconcile;
using Silo.Storage.Memory;

namespace Simulation;

/// <summary>
/// A small cluster with the production grains, in one thread under one seed: silos, a medium that outlives them, a client that submits jobs
/// of every kind and changes its mind, operators who take nodes out and set quotas, and a backend that runs what should run. Everything it was
/// promised is written down and held against the end.
/// </summary>
internal sealed partial class World : IDisposable
{
    public static readonly PoolId Pool = new("p");

    private const int Racks = 4;
    private const int NodesPerRack = 4;
    private const int GpusPerNode = 8;

    /// <summary>So many fit with two replicas each, whatever they ask for.</summary>
    private const int MaxServices = 5;

    private static readonly Caller Operator = new() { Tenant = null, User = "sim", Roles = CallerRoles.Admin };

    private readonly InMemoryMedium _medium = new();
    private readonly Random _random;
    private readonly RandomSpecs _specs;
    private readonly Backend _backend;
    private readonly List<JobId> _accepted = [];

    /// <summary>Jobs that end by themselves: others may wait for them.</summary>
    private readonly List<JobId> _ending = [];
    private readonly HashSet<JobId> _services = [];

    public World(int seed, double loss, double storageFaults, bool quotas = true)
    {
        Seed = seed;
        _random = new Random(seed * 31);
        _specs = new RandomSpecs(_random, Pool);
        Seen = new Observer(() => Cluster?.Time.GetUtcNow() ?? default)
        {
            CallOffWithin = loss + storageFaults > 0 ? TimeSpan.MaxValue : TimeSpan.FromSeconds(2),
        };
        _backend = new Backend(_random, Seen.Note);
        Faults = new SeededFaults(seed * 17);
        Cluster = new SimulatedCluster(seed, new SimulationOptions
        {
            Silos = 3,
            ConfigureSilo = (_, silo) => Configure(silo),
            DeathDeclaredAfter = TimeSpan.FromSeconds(5),
        });
        OfferRacks();
        for (var team = 0; quotas && team < 2; team++)
        {
            SetQuota(team, _specs.Quota());
        }

        Cluster.Faults = new NetworkFaults { Loss = loss, Duplication = loss, MaxDelay = TimeSpan.FromMilliseconds(2) };
        Faults.Rate = storageFaults;
    }

    public int Seed { get; }

    public SimulatedCluster Cluster { get; }

    public SeededFaults Faults { get; }

    /// <summary>What was seen of the grains between their turns.</summary>
    public Observer Seen { get; }

    /// <summary>True: users and operators only submit, so that whatever is taken back is the scheduler's own doing.</summary>
    public bool Undisturbed { get; init; }

    public IReadOnlyList<JobId> Accepted => _accepted;

    private IClusterClient Client => Cluster.Client;

    private IPoolGrain PoolGrain => Client.GetGrain<IPoolGrain>(Pool.Value);

    private DateTimeOffset Now => Cluster.Time.GetUtcNow();

    private IJobGrain Job(JobId id) => Client.GetGrain<IJobGrain>(id.Value);

    /// <summary>Jobs come, are changed, run and end, while nodes and quotas come and go and silos crash and come back.</summary>
    public void Storm(int jobs, int crashes)
    {
        for (var i = 0; i < jobs; i++)
        {
            Submit(new JobId($"j-{i:000}"));
            if (!Undisturbed)
            {
                Disturb();
            }

            if (_random.Next(2) == 0)
            {
                RunBackend(BackendMood.Wild);
            }

            if (crashes > 0 && _random.Next(jobs) < crashes)
            {
                var silo = _random.Next(Cluster.SiloCount);
                Cluster.CrashSilo(silo);
                Cluster.RunFor(TimeSpan.FromSeconds(_random.Next(12)));
                Cluster.RestartSilo(silo);
            }

            if (_random.Next(6) == 0)
            {
                Reconcile();
            }

            Cluster.RunFor(TimeSpan.FromMilliseconds(_random.Next(1500)));
        }
    }

    /// <summary>The faults end, and what is under way comes to rest; nothing more ends by itself.</summary>
    public void Calm()
    {
        Cluster.Faults = new NetworkFaults();
        Faults.Rate = 0;
        for (var round = 0; round < 14; round++)
        {
            Cluster.RunFor(TimeSpan.FromSeconds(10));
            RunBackend(BackendMood.Obedient);
            Reconcile();
        }

        Cluster.RunFor(TimeSpan.FromSeconds(15));
    }

    /// <summary>Everything is let through: what can end ends, and services are up with so many replicas.</summary>
    public void Finish(int replicas)
    {
        for (var round = 0; round < 120 && (round == 0 || !IsFinished()); round++)
        {
            Heal(replicas);
            Cluster.RunFor(TimeSpan.FromSeconds(10));
            RunBackend(BackendMood.Finishing);
            Reconcile();
        }
    }

    /// <summary>Services are the last to go.</summary>
    public void Empty()
    {
        foreach (var row in Live().Where(r => r.Parent is null))
        {
            Try(() => Job(row.Job).Cancel(Operator, "the end"));
        }

        for (var round = 0; round < 30 && Live().Count > 0; round++)
        {
            Cluster.RunFor(TimeSpan.FromSeconds(10));
            RunBackend(BackendMood.Finishing);
            Reconcile();
        }

        Cluster.RunFor(TimeSpan.FromSeconds(15));
    }

    public void Dispose() => Cluster.Dispose();

    private void Configure(ISiloBuilder silo)
    {
        silo.Services.AddSchedulerGrains();
        silo.Services.AddSingleton<IJournalStore>(s => new InMemoryJournalStore(_medium, s.GetRequiredService<TimeProvider>(), Faults));
        silo.Services.AddSingleton<IJobIndex>(new InMemoryJobIndex(_medium));
        silo.Services.AddGrainStorage(StorageNames.Default, (s, _) => new InMemoryGrainStorage(_medium, s.GetRequiredService<TimeProvider>(), Faults));
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
            o.SnapshotAfter = 100;
            o.History.HandOverAfter = TimeSpan.FromSeconds(40);
            o.Policy = new PoolPolicy
            {
                MinRuntime = TimeSpan.FromSeconds(1),
                MaxGrace = TimeSpan.FromSeconds(10),
                EvictionTimeout = TimeSpan.FromSeconds(30),
                ReserveAfter = TimeSpan.FromSeconds(3),
                ReservationSlack = TimeSpan.FromSeconds(20),
                BackfillSafety = TimeSpan.FromSeconds(2),
                ClaimRetry = TimeSpan.FromSeconds(2),
            };
        });
    }

    private void OfferRacks() => Cluster.Run(async () =>
    {
        await Client.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(Pool);
        for (var r = 0; r < Racks; r++)
        {
            var nodes = Enumerable.Range(0, NodesPerRack).Select(n => Node(r, n)).ToList();
            var rack = RackId.Of(Pool, $"r{r}");
            await Client.GetGrain<IRackGrain>(rack.Value).Offer(new RackSpec { Rack = rack, Block = $"b{r / 2}", Nodes = [.. nodes] });
            foreach (var node in nodes)
            {
                await Client.GetGrain<INodeGrain>(node.Name.Value).Observe(new NodeObservation { Spec = node, Rack = rack, Ready = true });
            }
        }
    });

    private static NodeSpec Node(int rack, int node) => new()
    {
        Name = new NodeId($"r{rack}n{node}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = GpusPerNode, GpuModel = rack < 2 ? "A" : "B",
    };

    private void Submit(JobId id)
    {
        var command = new SubmitJob { Caller = Operator, Spec = _specs.Job(id, _ending, Now, service: _services.Count < MaxServices), BodyHash = id.Value };
        var isService = command.Spec.Set is { Kind: OriginKind.Replica };
        if (isService)
        {
            _services.Add(id);
        }

        if (Try(async () => (await Job(id).Submit(command)).Answer) is { IsDone: true })
        {
            _accepted.Add(id);
            if (!isService)
            {
                _ending.Add(id);
            }
        }
    }

    /// <summary>Lists what should run and reports what became of some of it.</summary>
    private void RunBackend(BackendMood mood)
    {
        ImmutableArray<Assignment> items = [];
        Try(async () =>
        {
            items = (await PoolGrain.ListAssignments(null, 1000)).Items;
            return Answer.Done(0);
        });
        foreach (var item in items.Where(_ => mood != BackendMood.Wild || _random.Next(3) != 0))
        {
            if (_backend.Act(item, mood, Now) is { } report)
            {
                Try(() => Job(item.Attempt.Job).Report(report));
            }
        }
    }

    private void Reconcile() => Try(async () =>
    {
        var reconciler = new JobReconciler(Client, new InMemoryJobIndex(_medium), Cluster.Time, NullLogger<JobReconciler>.Instance);
        await reconciler.WakeDue(CancellationToken.None);
        await reconciler.ReconcileAll(CancellationToken.None);
        return Answer.Done(0);
    });

    /// <summary>A call from outside: no answer, or an error, leaves its outcome unknown.</summary>
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

    private List<JobIndexRow> Rows(bool includeEnded) => Cluster.Run(async () =>
    {
        List<JobIndexRow> rows = [];
        var index = new InMemoryJobIndex(_medium);
        IReadOnlyList<JobIndexRow> page;
        do
        {
            page = await index.Scan(rows.Count == 0 ? null : rows[^1].Job, 1000, includeEnded);
            rows.AddRange(page);
        }
        while (page.Count == 1000);
        return rows;
    });

    private List<JobIndexRow> Live() => Rows(includeEnded: false);
}
