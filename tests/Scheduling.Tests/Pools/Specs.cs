using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Tests.Pools;

/// <summary>Short ways to say what a test is about.</summary>
internal static class Specs
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static JobSpec Job(int workers = 1, int gpus = 8, int priority = 0, string tenant = "t", string user = "u", int gpuMilli = 1000) => new()
    {
        Name = "job",
        Tenant = new TenantId(tenant),
        User = user,
        Quota = new QuotaPath($"c/{tenant}/{user}"),
        Pool = new PoolId("p"),
        Priority = priority,
        Roles = [new RoleSpec { Name = "worker", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1024, Gpus = gpus, GpuMilli = gpuMilli } }],
    };

    /// <summary>A rack of equal, empty nodes.</summary>
    public static RackView Rack(string name, int nodes = 4, int gpus = 8, long version = 1, ulong schedulable = ulong.MaxValue, ImmutableArray<RackAllocation> allocations = default) => new()
    {
        Spec = new RackSpec
        {
            Rack = new RackId($"p/{name}"),
            Block = "b0",
            Nodes = [.. Enumerable.Range(0, nodes).Select(i => new NodeSpec { Name = new NodeId($"{name}-n{i}"), CpuMilli = 96_000, MemoryMiB = 400_000, Gpus = gpus, GpuModel = "A100" })],
        },
        Schedulable = schedulable & (nodes == 64 ? ulong.MaxValue : (1UL << nodes) - 1),
        Allocations = allocations.IsDefault ? [] : allocations,
        Version = version,
        Epoch = 0,
    };

    public static AttemptId Attempt(string job, int number = 1) => new(new JobId(job), number);
}
