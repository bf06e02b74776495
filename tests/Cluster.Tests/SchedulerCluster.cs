using System.Collections.Concurrent;
using System.Collections.Immutable;
using Grains;
using Grains.Clusters;
using Grains.Configuration;
using Grains.Jobs;
using Grains.Pools;
using Grains.Racks;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using Orleans.TestingHost;
using Scheduling.Model;
using Silo.Reconcile;
using Silo.Storage.Memory;

namespace Cluster.Tests;

/// <summary>Three silos of real Orleans with the production grains on one medium, which outlives every one of them.</summary>
internal sealed class SchedulerCluster : IAsyncDisposable
{
    public const int Gpus = Racks * NodesPerRack * GpusPerNode;

    public static readonly PoolId Pool = new("p");

    public static readonly Caller Operator = new() { Tenant = null, User = "test", Roles = CallerRoles.Admin };

    public const int Racks = 4;

    public const int Nodes = Racks * NodesPerRack;

    private const int NodesPerRack = 4;
    private const int GpusPerNode = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    private readonly InMemoryMedium _medium = new();
    private readonly InProcessTestCluster _cluster;

    private SchedulerCluster()
    {
        var builder = new InProcessTestClusterBuilder(3);
        builder.ConfigureSilo((_, silo) => Configure(silo));
        builder.ConfigureClient(client => client.Configure<ClientMessagingOptions>(o => o.ResponseTimeout = CallTimeout));
        _cluster = builder.Build();
    }

    public IClusterClient Client => _cluster.Client;

    /// <summary>Calls from grains to grains, in the order in which they were sent.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public IPoolGrain PoolGrain => Client.GetGrain<IPoolGrain>(Pool.Value);

    public int Silos => _cluster.Silos.Count;

    public static async Task<SchedulerCluster> StartAsync()
    {
        var cluster = new SchedulerCluster();
        await cluster._cluster.DeployAsync();
        await cluster.OfferRacks();
        return cluster;
    }

    public IJobGrain Job(JobId id) => Client.GetGrain<IJobGrain>(id.Value);

    public async Task<JobView> View(JobId id) => await Job(id).Get(Operator) ?? throw new InvalidOperationException($"{id} was accepted and is lost");

    /// <summary>Again and again until there is an answer, as a client with an Idempotency-Key does.</summary>
    public async Task Submit(JobId id, int gpus, int priority = 0, CheckpointRule? checkpoint = null, int workers = 1)
    {
        var spec = Spec(id, gpus, workers) with { Priority = priority, Checkpoint = checkpoint, MinRuntime = TimeSpan.Zero };
        var command = new SubmitJob { Caller = Operator, Spec = spec, BodyHash = id.Value };
        await Until(async () => await Unless(async () => (await Job(id).Submit(command)).Answer.IsDone), () => $"{id} is accepted");
    }

    /// <summary>Which silo runs the grain now; null when none does.</summary>
    public async Task<SiloAddress?> Whereabouts(IAddressable grain) =>
        await Client.GetGrain<IManagementGrain>(0).GetActivationAddress(grain) is { } address ? address : null;

    public async Task Kill(SiloAddress silo)
    {
        var handle = _cluster.GetSiloForAddress(silo) ?? throw new InvalidOperationException($"{silo} is not a silo of this cluster");
        await _cluster.KillSiloAsync(handle);
    }

    /// <summary>What every silo's reconciler does all the time.</summary>
    public Task<bool> Reconcile() => Unless(async () =>
    {
        await new JobReconciler(Client, new InMemoryJobIndex(_medium), TimeProvider.System, NullLogger<JobReconciler>.Instance).ReconcileAll(CancellationToken.None);
        return true;
    });

    /// <summary>Looks until it holds; what a silo's death interrupts is looked at again.</summary>
    public static async Task Until(Func<Task<bool>> holds, Func<string> what)
    {
        using var deadline = new CancellationTokenSource(Patience);
        using var timer = new PeriodicTimer(LookEvery);
        try
        {
            while (!await holds())
            {
                await timer.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"not within {Patience}: {what()}");
        }
    }

    /// <summary>Again and again until there is an answer, as a backend reports; reports may be repeated.</summary>
    public Task UntilAnswered(Func<Task<Answer>> call) => Until(() => Unless(async () => (await call()).IsDone), () => "an answer");

    /// <summary>Until the pool has so many placed and so many waiting, and nothing in between.</summary>
    public async Task UntilPoolHas(int running, int pending)
    {
        var seen = "nothing";
        await Until(
            () => Unless(async () =>
            {
                await Reconcile();
                var view = await PoolGrain.GetView();
                seen = $"{view.RunningJobs} placed, {view.PlacingJobs} being placed, {view.PendingJobs} waiting";
                return (view.RunningJobs, view.PlacingJobs, view.PendingJobs) == (running, 0, pending);
            }),
            () => $"{running} placed and {pending} waiting; seen last: {seen}");
    }

    public async Task<ImmutableArray<RackView>> RackViews()
    {
        var views = ImmutableArray.CreateBuilder<RackView>();
        foreach (var rack in await PoolGrain.ListRacks(null, 100))
        {
            views.Add((await Client.GetGrain<IRackGrain>(rack.Value).GetView())!);
        }

        return views.ToImmutable();
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    /// <summary>False when the call had no answer: its outcome is unknown.</summary>
    private static async Task<bool> Unless(Func<Task<bool>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is TimeoutException or OrleansException or Orleans.Storage.InconsistentStateException)
        {
            return false;
        }
    }

    private static JobSpec Spec(JobId id, int gpus, int workers) => new()
    {
        Name = id.Value,
        Tenant = new TenantId("t"),
        User = "u",
        Quota = new QuotaPath("c/t/u"),
        Pool = Pool,
        Roles = [new RoleSpec { Name = "w", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = gpus, GpuMilli = 1000 } }],
    };

    private void Configure(ISiloBuilder silo)
    {
        // So few grains on so idle silos would mostly share one.
        silo.Services.AddSingleton<PlacementStrategy, RandomPlacement>();
        silo.AddOutgoingGrainCallFilter(context =>
        {
            if (context.SourceContext?.GrainInstance is Grain)
            {
                Calls.Enqueue(context.MethodName);
            }

            return context.Invoke();
        });
        silo.Services.AddSingleton(TimeProvider.System);
        silo.Services.AddSchedulerGrains();
        silo.Services.AddSingleton<IJournalStore>(new InMemoryJournalStore(_medium, TimeProvider.System));
        silo.Services.AddSingleton<IJobIndex>(new InMemoryJobIndex(_medium));
        silo.Services.AddGrainStorage(StorageNames.Default, (_, _) => new InMemoryGrainStorage(_medium, TimeProvider.System));
        silo.Services.Configure<PoolOptions>(o => (o.HoldLease, o.RetryPeriod) = (TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1)));
        silo.Services.Configure<RackOptions>(o => o.RetryPeriod = TimeSpan.FromSeconds(1));
        silo.Configure<ClusterMembershipOptions>(o => (o.ProbeTimeout, o.NumMissedProbesLimit) = (TimeSpan.FromSeconds(1), 2));
        silo.Configure<SiloMessagingOptions>(o => o.ResponseTimeout = CallTimeout);
    }

    private async Task OfferRacks()
    {
        await Client.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(Pool);
        for (var r = 0; r < Racks; r++)
        {
            var nodes = Enumerable.Range(0, NodesPerRack).Select(n => new NodeSpec
            {
                Name = new NodeId($"r{r}n{n}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = GpusPerNode, GpuModel = "A",
            });
            await Client.GetGrain<IRackGrain>($"{Pool}/r{r}").Offer(new RackSpec { Rack = RackId.Of(Pool, $"r{r}"), Block = "b", Nodes = [.. nodes] });
        }

        await Until(async () => (await PoolGrain.GetView()).GpuMilliTotal == Gpus * 1000L, () => "the pool knows its racks");
    }
}
