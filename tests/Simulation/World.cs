using System.Collections.Immutable;
using Grains;
using Grains.Clusters;
using Grains.Configuration;
using Grains.Jobs;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Runtime.Hosting;
using Orleans.Simulation;
using Scheduling.Jobs;
using Scheduling.Model;
using Silo.Reconcile;
using Silo.Storage.Memory;

namespace Simulation;

/// <summary>
/// A small cluster with the production grains, in one thread under one seed: silos, a medium that outlives them, a client that
/// submits and cancels, and a backend that runs what should run. Everything it was promised is written down and held against the end.
/// </summary>
internal sealed class World : IDisposable
{
    public static readonly PoolId Pool = new("p");

    private static readonly Caller Operator = new() { Tenant = null, User = "sim", Roles = CallerRoles.Admin };

    private readonly InMemoryMedium _medium = new();
    private readonly Random _random;
    private readonly List<JobId> _submitted = [];
    private readonly List<JobId> _accepted = [];

    public World(int seed, double loss, double storageFaults)
    {
        Seed = seed;
        _random = new Random(seed * 31);
        Faults = new SeededFaults(seed * 17);
        Cluster = new SimulatedCluster(seed, new SimulationOptions
        {
            Silos = 3,
            ConfigureSilo = (_, silo) => Configure(silo),
            DeathDeclaredAfter = TimeSpan.FromSeconds(5),
        });
        OfferRacks();
        Cluster.Faults = new NetworkFaults { Loss = loss, Duplication = loss, MaxDelay = TimeSpan.FromMilliseconds(2) };
        Faults.Rate = storageFaults;
    }

    public int Seed { get; }

    public SimulatedCluster Cluster { get; }

    public SeededFaults Faults { get; }

    public IReadOnlyList<JobId> Accepted => _accepted;

    private IClusterClient Client => Cluster.Client;

    private IPoolGrain PoolGrain => Client.GetGrain<IPoolGrain>(Pool.Value);

    private IJobGrain Job(JobId id) => Client.GetGrain<IJobGrain>(id.Value);

    /// <summary>Jobs come, are cancelled, run and end, while silos crash and come back.</summary>
    public void Storm(int jobs, int crashes)
    {
        for (var i = 0; i < jobs; i++)
        {
            Submit(new JobId($"j-{i:000}"));
            if (_random.Next(4) == 0 && _accepted.Count > 0)
            {
                Disturb(_accepted[_random.Next(_accepted.Count)]);
            }

            if (_random.Next(3) == 0)
            {
                RunBackend();
            }

            if (crashes > 0 && _random.Next(jobs) < crashes)
            {
                var silo = _random.Next(Cluster.SiloCount);
                Cluster.CrashSilo(silo);
                Cluster.RunFor(TimeSpan.FromSeconds(_random.Next(12)));
                Cluster.RestartSilo(silo);
            }

            Cluster.RunFor(TimeSpan.FromMilliseconds(_random.Next(400)));
        }
    }

    /// <summary>The faults end, and everything that is under way comes to its end.</summary>
    public void Calm(bool untilEnded)
    {
        Cluster.Faults = new NetworkFaults();
        Faults.Rate = 0;
        for (var round = 0; round < (untilEnded ? 60 : 12); round++)
        {
            Cluster.RunFor(TimeSpan.FromSeconds(20));
            Reconcile();
            if (untilEnded)
            {
                RunBackend(everything: true);
            }
        }
    }

    /// <summary>What is found wrong at rest; empty is what it should be.</summary>
    public IReadOnlyList<string> Check() => Cluster.Run(async () =>
    {
        List<string> wrong = [];
        var view = await PoolGrain.GetView();
        if (view.PlacingJobs != 0)
        {
            wrong.Add($"{view.PlacingJobs} attempts are still being placed at rest");
        }

        await PoolGrain.Audit();
        wrong.AddRange((await PoolGrain.Audit()).Failures);
        var racks = await PoolGrain.ListRacks(null, 100);
        Dictionary<AttemptId, int> held = [];
        foreach (var id in racks)
        {
            var rack = (await Client.GetGrain<IRackGrain>(id.Value).GetView())!;
            wrong.AddRange(Scheduling.Audit.RackAudit.Check(rack).Broken);
            foreach (var allocation in rack.Allocations)
            {
                held[allocation.Attempt] = held.GetValueOrDefault(allocation.Attempt) + allocation.Workers.Length;
            }
        }

        var charges = (await Client.GetGrain<IQuotaGrain>("c").GetCharges()).Select(c => c.Attempt).ToHashSet();
        foreach (var id in _submitted)
        {
            // One without an answer may exist or not; if it does, it is a job like any other.
            var job = await Job(id).Get(Operator);
            if (job is not null)
            {
                wrong.AddRange(CheckJob(job, held, charges));
            }
            else if (_accepted.Contains(id))
            {
                wrong.Add($"I4: {id} was acknowledged and is lost");
            }
        }

        wrong.AddRange(held.Keys.Select(a => $"I8: {a} holds GPUs and no running job owns it"));
        wrong.AddRange(charges.Select(a => $"I3: {a} is charged and no running job owns it"));
        return wrong;
    });

    public int CountEnded() => Cluster.Run(async () =>
    {
        var ended = 0;
        foreach (var id in _accepted)
        {
            ended += (await Job(id).Get(Operator))!.Phase.IsEnded() ? 1 : 0;
        }

        return ended;
    });

    public void Dispose() => Cluster.Dispose();

    private static IEnumerable<string> CheckJob(JobView job, Dictionary<AttemptId, int> held, HashSet<AttemptId> charges)
    {
        var attempt = new AttemptId(job.Id, job.Attempt);
        var workers = held.GetValueOrDefault(attempt);
        var charged = charges.Remove(attempt);
        held.Remove(attempt);
        if (job.Phase.HoldsResources())
        {
            if (workers != job.Spec.TotalWorkers)
            {
                yield return $"I2: {attempt} is {job.Phase} with {workers} of {job.Spec.TotalWorkers} workers";
            }

            if (!charged)
            {
                yield return $"I3: {attempt} is {job.Phase} and not charged";
            }
        }
        else if (workers != 0 || charged)
        {
            yield return $"I8: {attempt} is {job.Phase} and has {workers} workers' GPUs, charged: {charged}";
        }
    }

    private void Configure(ISiloBuilder silo)
    {
        silo.Services.AddSchedulerGrains();
        silo.Services.AddSingleton<IJournalStore>(s => new InMemoryJournalStore(_medium, s.GetRequiredService<TimeProvider>(), Faults));
        silo.Services.AddSingleton<IJobIndex>(new InMemoryJobIndex(_medium));
        silo.Services.AddGrainStorage(StorageNames.Default, (s, _) => new InMemoryGrainStorage(_medium, s.GetRequiredService<TimeProvider>(), Faults));
        if (Environment.GetEnvironmentVariable("SIMULATION_LOG") is not null)
        {
            silo.Services.AddSingleton<ILoggerProvider>(new PrintedLog(() => Cluster?.Time.GetUtcNow() ?? default));
        }

        silo.Services.Configure<PoolOptions>(o => o.HoldLease = TimeSpan.FromSeconds(20));
    }

    private void OfferRacks() => Cluster.Run(async () =>
    {
        await Client.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(Pool);
        for (var r = 0; r < 4; r++)
        {
            var nodes = Enumerable.Range(0, 4).Select(n => new NodeSpec
            {
                Name = new NodeId($"r{r}n{n}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = 8, GpuModel = r < 2 ? "A" : "B",
            });
            await Client.GetGrain<IRackGrain>($"{Pool}/r{r}").Offer(new RackSpec { Rack = RackId.Of(Pool, $"r{r}"), Block = $"b{r / 2}", Nodes = [.. nodes] });
        }
    });

    private void Submit(JobId id)
    {
        var gpus = _random.Next(1, 9);
        var spec = new JobSpec
        {
            Name = id.Value,
            Tenant = new TenantId($"t{_random.Next(2)}"),
            User = "u",
            Quota = new QuotaPath($"c/t{_random.Next(2)}/u"),
            Pool = Pool,
            Priority = _random.Next(3),
            MaxRetries = 2,
            Roles = [new RoleSpec { Name = "w", Count = _random.Next(1, 6), Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = gpus, GpuMilli = gpus == 1 && _random.Next(2) == 0 ? 400 : 1000 } }],
        };
        _submitted.Add(id);
        var command = new SubmitJob { Caller = Operator, Spec = spec, BodyHash = id.Value };
        if (Try(async () => (await Job(id).Submit(command)).Answer) is { IsDone: true })
        {
            _accepted.Add(id);
        }
    }

    private void Disturb(JobId id) => Try(() => _random.Next(4) switch
    {
        0 => Job(id).Cancel(Operator, "sim"),
        1 => Job(id).Suspend(Operator, "sim"),
        2 => Job(id).Resume(Operator),
        _ => Job(id).Evict(_random.Next(1, 3), "sim"),
    });

    /// <summary>Lists what should run and reports some of it as started, failed, done or stopped.</summary>
    private void RunBackend(bool everything = false)
    {
        ImmutableArray<Assignment> items = [];
        Try(async () =>
        {
            items = (await PoolGrain.ListAssignments(null, 1000)).Items;
            return Answer.Done(0);
        });
        foreach (var item in items.Where(_ => everything || _random.Next(2) == 0))
        {
            Try(() => Job(item.Attempt.Job).Report(Report(item, everything)));
        }
    }

    private AttemptReport Report(Assignment item, bool everything) => item.Wish == AssignmentWish.Stop
        ? new AttemptReport { Attempt = item.Attempt.Number, Gone = true }
        : (everything ? 3 : _random.Next(4)) switch
        {
            0 or 1 => new AttemptReport { Attempt = item.Attempt.Number, AllStarted = true },
            2 => new AttemptReport { Attempt = item.Attempt.Number, AllStarted = true, Failure = "rank 0: exit 1", Gone = true },
            _ => new AttemptReport { Attempt = item.Attempt.Number, AllStarted = true, AllSucceeded = true, Gone = true },
        };

    private void Reconcile() => Try(async () =>
    {
        var reconciler = new JobReconciler(Client, new InMemoryJobIndex(_medium), Cluster.Time, NullLogger<JobReconciler>.Instance);
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
}
