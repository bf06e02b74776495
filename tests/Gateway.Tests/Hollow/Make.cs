using System.Collections.Immutable;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Tests.Hollow;

/// <summary>Small specs and assignments.</summary>
internal static class Make
{
    public static readonly PoolId Pool = new("openb");

    public static AttemptId Attempt(string job, int number = 1) => new(new JobId(job), number);

    public static Assignment Assignment(string job, TimeSpan? runFor = null, AssignmentWish wish = AssignmentWish.Run, int workers = 1, int attempt = 1) => new()
    {
        Attempt = Attempt(job, attempt),
        Spec = new JobSpec
        {
            Name = job,
            Tenant = new TenantId("t"),
            User = "u",
            Quota = new QuotaPath("c/t/u"),
            Pool = Pool,
            Roles = [new RoleSpec { Name = "worker", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1024, Gpus = 1 } }],
            RunFor = runFor,
        },
        Placement = new GangPlacement
        {
            Racks =
            [
                new RackSlice
                {
                    Rack = RackId.Of(Pool, "t4-r01"),
                    Workers = [.. Enumerable.Range(0, workers).Select(i => new WorkerSlot(0, i, i % 32, 1, 1000))],
                },
            ],
        },
        Wish = wish,
        Epoch = 1,
    };

    public static RackSpec Rack(string name, params string[] nodes) => new()
    {
        Rack = RackId.Of(Pool, name),
        Block = "b01",
        Nodes = [.. nodes.Select(Node)],
    };

    public static NodeSpec Node(string name) => new() { Name = new NodeId(name), CpuMilli = 1000, MemoryMiB = 1024, Gpus = 2, GpuModel = "T4" };
}
