using Scheduling.Model;

namespace Simulation.CrashPoints;

/// <summary>What jobs in the scenarios ask for.</summary>
internal static class Specs
{
    /// <summary>So many workers that take so many whole GPUs each.</summary>
    public static JobSpec Gang(string name, int workers, int gpus, string team = "t0", int priority = 0) => new()
    {
        Name = name,
        Tenant = new TenantId(team),
        User = "u",
        Quota = new QuotaPath($"c/{team}/u"),
        Pool = Stage.Pool,
        Priority = priority,
        MinRuntime = TimeSpan.FromSeconds(1),
        Roles = [new RoleSpec { Name = "w", Count = workers, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = gpus, GpuMilli = 1000 } }],
    };

    public static JobSpec Array(string name, int tasks, int parallel, int gpus) =>
        Gang(name, 1, gpus) with { Set = new SetRule { Kind = OriginKind.Task, Count = tasks, MaxParallel = parallel } };

    public static JobSpec Service(string name, int replicas, int gpus) =>
        Gang(name, 1, gpus) with { Set = new SetRule { Kind = OriginKind.Replica, Count = replicas } };

    /// <summary>One worker at least, and so many at most.</summary>
    public static JobSpec Elastic(string name, int most, int gpus)
    {
        var spec = Gang(name, 1, gpus);
        return spec with { Roles = [spec.Roles[0] with { MaxCount = most }] };
    }
}
