using System.Diagnostics;
using Azure.Core;
using Azure.Tests.Stub;
using Gateway.Azure;
using Gateway.Backends;
using Grains;
using Grains.Jobs;
using Grains.Quotas;
using Grains.ScaleSets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Quotas;
using Silo;

namespace Azure.Tests.Scenarios;

/// <summary>A whole server without its REST side: silo, planner, reconcilers, the real SDK, and the stub over HTTPS. Time is real; whoever waits has a deadline.</summary>
internal sealed class LiveCluster : IAsyncDisposable
{
    public static readonly Caller Admin = new() { Tenant = new TenantId("t"), User = "u", Roles = CallerRoles.Admin | CallerRoles.Submitter };
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly IHost _host;

    private LiveCluster(ArmStub arm, StubSet[] sets, IHost host, StubNodes nodes) => (Arm, Sets, _host, Nodes) = (arm, sets, host, nodes);

    public StubNodes Nodes { get; }

    public ArmStub Arm { get; }

    public StubSet[] Sets { get; }

    public IGrainFactory Grains => _host.Services.GetRequiredService<IGrainFactory>();

    public static async Task<LiveCluster> Start(int sets, Action<int, Dictionary<string, string?>>? settings = null, Action<int, SetKnobs>? knobs = null, int rackSize = 16, string? data = null)
    {
        var arm = await ArmStub.Start();
        StubSet[] stubs =
        [
            .. Enumerable.Range(0, sets).Select(i => arm.AddSet($"set{i:d2}", k =>
            {
                (k.BootDelay, k.JoinDelay, k.DeleteDelay) = (TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20));
                knobs?.Invoke(i, k);
            })),
        ];
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(Settings(arm, stubs, settings, rackSize));
        builder.Services.AddSingleton<TokenCredential>(new StubCredential());
        builder.Services.AddSingleton(arm.ClientOptions());
        builder.AddSchedulerSilo(o => (o.Storage, o.DataFolder) = (data is null ? StorageKind.Memory : StorageKind.Embedded, data ?? o.DataFolder));
        builder.AddAzureScaleSets();
        StubNodes? nodes = null;
        builder.Services.AddSingleton<IHostedService>(s => new NodeReconciler(
            nodes = new StubNodes(arm, rackSize, stubs), new GrainNodeSink(s.GetRequiredService<IGrainFactory>()), new ReconcileOptions { NodesEvery = TimeSpan.FromMilliseconds(100), FirstBackoff = TimeSpan.FromMilliseconds(100), MaxBackoff = TimeSpan.FromMilliseconds(200) },
            TimeProvider.System, NullLogger<NodeReconciler>.Instance));
        var host = builder.Build();
        await host.StartAsync();
        return new LiveCluster(arm, stubs, host, nodes!);
    }

    public async Task<JobId> Submit(string name, int workers, TopologyLevel required = TopologyLevel.None, string team = "team", string model = "H100", int priority = 0)
    {
        var spec = new JobSpec
        {
            Name = name, Tenant = new TenantId("t"), User = "u", Quota = new QuotaPath($"c/{team}/u"), Pool = new PoolId("gpu"), Topology = new TopologyRule { Required = required }, Priority = priority,
            Roles = [new RoleSpec { Name = "w", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 8, GpuModels = [model] } }],
        };
        var answer = await Grains.GetGrain<IJobGrain>(name).Submit(new SubmitJob { Caller = Admin, Spec = spec, BodyHash = name });
        Assert.True(answer.Answer.IsDone, answer.Answer.Message);
        return new JobId(name);
    }

    public async Task<JobPhase> PhaseOf(JobId job) => (await Grains.GetGrain<IJobGrain>(job.Value).Get(Admin))!.Phase;

    public Task<Answer> SetQuota(string path, long gpus) =>
        Grains.GetGrain<IQuotaGrain>(new QuotaPath(path).Cohort).SetQuota(Admin, new QuotaPath(path), new QuotaSpec { Limit = [new ResourceAmount(ResourceNames.Gpu, gpus * 1000)] }, 0);

    /// <summary>Looks until it is so, or a minute has passed.</summary>
    public static async Task Until(Func<Task<bool>> isSo, Func<string> otherwise)
    {
        var started = Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(started.Elapsed < s_deadline, otherwise());
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    /// <summary>For whoever reads that a test failed.</summary>
    public string Describe() => $"{Stubs()}; {string.Join(", ", Sets.SelectMany(s => NotesOf(s.Url)))}";

    private IEnumerable<string> NotesOf(string set) =>
        Grains.GetGrain<IScaleSetGrain>(set).GetState().GetAwaiter().GetResult()?.Notes.Select(n => $"{n.At:ss.fff} {n.What} ({n.Reason})") ?? [];

    private string Stubs() => string.Join("; ", Sets.Select(s => Arm.Under(() => $"{s.Name}: capacity {s.Capacity}, created {s.Created}, deleted {s.Deleted}, joined {s.Machines.Count(m => m.HasJoined)}, writes {s.Writes}")));

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await Arm.DisposeAsync();
    }

    private static Dictionary<string, string?> Settings(ArmStub arm, StubSet[] sets, Action<int, Dictionary<string, string?>>? more, int rackSize)
    {
        var all = new Dictionary<string, string?>
        {
            ["Azure:Endpoint"] = arm.Endpoint.AbsoluteUri,
            ["Azure:Reconcile:ReadEvery"] = "00:00:05",
            ["Azure:Reconcile:ReviewEvery"] = "00:00:01",
            ["Azure:Reconcile:JoinWithin"] = "00:01:00",
            ["Azure:Pools:gpu:MaxMachines"] = "10000",
        };
        for (var i = 0; i < sets.Length; i++)
        {
            var one = new Dictionary<string, string?>
            {
                ["Id"] = sets[i].Url, ["Pool"] = "gpu", ["Ceiling"] = "100", ["Sku"] = "H100", ["Location"] = ArmStub.Location, ["RackSize"] = $"{rackSize}", ["Zone"] = $"{i}",
                ["Node:Gpus"] = "8", ["Node:GpuModel"] = "H100", ["Node:CpuMilli"] = "96000", ["Node:MemoryMiB"] = "1900000", ["PricePerHour"] = "98",
            };
            more?.Invoke(i, one);
            foreach (var (key, value) in one)
            {
                all[key.StartsWith("Azure:", StringComparison.Ordinal) ? key : $"Azure:ScaleSets:{i}:{key}"] = value;
            }
        }

        return all;
    }
}
