using System.Collections.Immutable;
using Grains.Jobs;
using Grains.Racks;
using Grains.Tests.Support;
using Scheduling.Model;

namespace Grains.Tests.Racks;

/// <summary>One rack of four nodes with 8 GPUs each, its pool and its jobs scripted.</summary>
internal sealed class RackFixture : IDisposable
{
    public const string Key = "pool/r1";

    /// <summary>Jobs that say they have committed.</summary>
    public HashSet<string> Committed { get; } = [];

    /// <summary>What the pool was told, newest last.</summary>
    public List<RackView> Told { get; } = [];

    /// <summary>When set, the job or pool does not answer.</summary>
    public bool JobsFail { get; set; }

    public bool PoolFails { get; set; }

    public RackFixture(int seed = 1, int silos = 1)
    {
        Host = new GrainHost(seed, silos);
        Host.Peers.On("IJobGrain.Fence", (job, _) => JobsFail ? throw new TimeoutException() : new FenceAnswer { Committed = Committed.Contains(job) });
        Host.Peers.On("IPoolGrain.RackChanged", (_, args) =>
        {
            if (PoolFails)
                throw new TimeoutException();
            Told.Add((RackView)args[0]!);
            return null;
        });
        Host.Do(() => Rack.Offer(Offer(4)));
    }

    public GrainHost Host { get; }

    public IRackGrain Rack => Host.Grain<IRackGrain>(Key);

    public RackView View => Host.Ask(() => Rack.GetView())!;

    public static RackSpec Offer(int nodes, int gpus = 8) => new()
    {
        Rack = new RackId(Key), Block = "b", Nodes = [.. Enumerable.Range(0, nodes).Select(i => Node($"n{i}", gpus))],
    };

    public static NodeSpec Node(string name, int gpus = 8) =>
        new() { Name = new NodeId(name), CpuMilli = 64_000, MemoryMiB = 512_000, Gpus = gpus, GpuModel = "H100" };

    public static AttemptId Attempt(string job, int number = 1) => new(new JobId(job), number);

    public static HoldRequest Request(string job, long plan, int slot, ulong gpus = 0xff) => new()
    {
        Attempt = Attempt(job),
        Plan = plan,
        Workers = [new WorkerSlot(0, 0, slot, gpus, 1000)],
        Shapes = [new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = (int)ulong.PopCount(gpus) }],
        Lease = TimeSpan.FromSeconds(60),
    };

    public HoldAnswer Hold(long epoch, params HoldRequest[] holds) =>
        Host.Ask(() => Rack.Hold(new HoldBatch { Epoch = epoch, Holds = [.. holds] }));

    public SettleAnswer Settle(long epoch, ImmutableArray<PlanRef> commits = default, ImmutableArray<PlanRef> releases = default) =>
        Host.Ask(() => Rack.Settle(new SettleBatch { Epoch = epoch, Commits = commits.IsDefault ? [] : commits, Releases = releases.IsDefault ? [] : releases }));

    public static string Text(RackView view) =>
        $"v{view.Version} e{view.Epoch} s{view.Schedulable:x} {string.Join(' ', view.Spec.Nodes.Select(n => n.Name))}: " +
        string.Join("; ", view.Allocations.Select(a => $"{a.Attempt} p{a.Plan} {a.Committed} {a.LeaseUntil:O} {string.Join(' ', a.Workers)}"));

    public void Dispose() => Host.Dispose();
}
