using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation;

/// <summary>Draws what users and administrators ask for: every kind of job, and quotas that jobs can live with.</summary>
internal sealed class RandomSpecs(Random random, Extras extras, PoolId pool)
{
    private static readonly ImmutableArray<int> Priorities = [0, 1, 2, 100, 500];

    /// <param name="id">Its name.</param>
    /// <param name="earlier">Jobs that may be waited for.</param>
    /// <param name="service">It may be a service.</param>
    /// <param name="deadline">From when it is submitted; null: it has none.</param>
    public JobSpec Job(JobId id, IReadOnlyList<JobId> earlier, bool service, out TimeSpan? deadline)
    {
        var spec = Draw(id, earlier, service, out deadline);
        return extras.On(spec);
    }

    /// <summary>Nominal for a team of the cohort, or nothing at all.</summary>
    public QuotaSpec Quota() => random.Next(4) == 0 ? new QuotaSpec() : new QuotaSpec
    {
        Nominal = Gpus(random.Next(5) * 32),
        BorrowingLimit = random.Next(3) == 0 ? Gpus(random.Next(64)) : [],
        LendingLimit = random.Next(3) == 0 ? Gpus(random.Next(32)) : [],
        Limit = random.Next(4) == 0 ? Gpus(random.Next(100, 200)) : [],
    };

    private JobSpec Draw(JobId id, IReadOnlyList<JobId> earlier, bool service, out TimeSpan? deadline)
    {
        var spec = Plain(id);
        deadline = null;
        var kind = random.Next(12);
        if (kind == 6 && random.Next(2) == 0)
        {
            deadline = TimeSpan.FromSeconds(random.Next(20, 120));
            return spec;
        }

        return kind switch
        {
            0 => spec with { Roles = [Small()], Set = new SetRule { Kind = OriginKind.Task, Count = random.Next(2, 6), MaxParallel = random.Next(1, 4) } },
            1 when service => spec with { Roles = [Small()], Set = new SetRule { Kind = OriginKind.Replica, Count = random.Next(1, 4) }, TimeLimit = null },
            2 => spec with { Roles = [Elastic()] },
            3 or 4 when earlier.Count > 0 => spec with { DependsOn = [new JobDependency(earlier[random.Next(earlier.Count)], (DependencyCondition)random.Next(4))] },
            5 => spec with { Topology = new TopologyRule { Required = TopologyLevel.Rack }, Roles = [Small() with { Count = random.Next(1, 5) }] },
            _ => spec,
        };
    }

    private static ImmutableArray<ResourceAmount> Gpus(int gpus) => [new ResourceAmount(ResourceNames.Gpu, gpus * 1000L)];

    private JobSpec Plain(JobId id)
    {
        var gpus = random.Next(1, 9);
        var team = random.Next(World.Teams);
        var shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = gpus, GpuMilli = gpus == 1 && random.Next(2) == 0 ? 400 : 1000 };
        return new JobSpec
        {
            Name = id.Value,
            Tenant = new TenantId($"t{team}"),
            User = "u",
            Quota = new QuotaPath($"c/t{team}/u"),
            Pool = pool,
            Priority = Priorities[random.Next(Priorities.Length)],
            MaxRetries = 2,
            MayPreempt = random.Next(8) != 0,
            MinRuntime = TimeSpan.FromSeconds(random.Next(3)),
            TimeLimit = random.Next(3) == 0 ? TimeSpan.FromSeconds(random.Next(10, 90)) : null,
            Checkpoint = random.Next(2) == 0 ? new CheckpointRule { Grace = TimeSpan.FromSeconds(random.Next(1, 12)) } : null,
            Retry = random.Next(5) == 0 ? new RetryRules { BackOff = TimeSpan.FromSeconds(2), MaxBackOff = TimeSpan.FromSeconds(10) } : null,
            Roles = [new RoleSpec { Name = "w", Count = random.Next(1, 6), Shape = shape }],
        };
    }

    private RoleSpec Small() => new()
    {
        Name = "w", Count = random.Next(1, 3), Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = random.Next(1, 5), GpuMilli = 1000 },
    };

    private RoleSpec Elastic()
    {
        var role = Small();
        return role with { MaxCount = role.Count + random.Next(1, 4) };
    }
}
