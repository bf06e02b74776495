using Scheduling.Model;

namespace Simulation.Outside;

/// <summary>Draws gangs of all sizes, arrays, elastic jobs, and jobs that wait for others.</summary>
internal sealed class OutsideSpecs(Random random, Extras extras, PoolId pool, bool swaps = false)
{
    /// <param name="earlier">Jobs that may be waited for.</param>
    public JobSpec Job(JobId id, IReadOnlyList<JobId> earlier) => extras.On(Draw(id, earlier));

    private JobSpec Draw(JobId id, IReadOnlyList<JobId> earlier)
    {
        var spec = Plain(id);
        return random.Next(10) switch
        {
            0 => spec with { Roles = [Small()], Set = new SetRule { Kind = OriginKind.Task, Count = random.Next(2, 6), MaxParallel = random.Next(1, 4) } },
            1 => spec with { Roles = [Elastic()] },
            2 when earlier.Count > 0 => spec with { DependsOn = [new JobDependency(earlier[random.Next(earlier.Count)], (DependencyCondition)random.Next(4))] },
            4 or 5 => spec with { Restart = new RestartRule { Scope = RestartScope.FailedMembers, Limit = random.Next(1, 4) } },
            3 => spec with { Topology = new TopologyRule { Required = TopologyLevel.Rack }, Roles = [Small() with { Count = random.Next(1, 5) }] },
            _ => swaps ? spec with { Restart = new RestartRule { Scope = RestartScope.FailedMembers, Limit = 5 } } : spec,
        };
    }

    /// <summary>A gang of whole machines, under a quota that does not admit all of them at once.</summary>
    public JobSpec Planned(JobId id)
    {
        var team = random.Next(SimulatedWorld.Teams);
        return extras.On(new JobSpec
        {
            Name = id.Value,
            Tenant = new TenantId($"t{team}"),
            User = "u",
            Quota = new QuotaPath($"c/t{team}/u"),
            Pool = pool,
            Priority = random.Next(3) * 100,
            MaxRetries = 2,
            Roles = [new RoleSpec { Name = "w", Count = random.Next(1, 4), Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = SimulatedWorld.GpusPerNode } }],
        });
    }

    private JobSpec Plain(JobId id)
    {
        var gpus = random.Next(1, 9);
        var shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = gpus, GpuMilli = gpus == 1 && random.Next(2) == 0 ? 400 : 1000 };
        return new JobSpec
        {
            Name = id.Value,
            Tenant = new TenantId("t"),
            User = "u",
            Quota = new QuotaPath("c/t/u"),
            Pool = pool,
            Priority = random.Next(3) * 100,
            MaxRetries = 2,
            MinRuntime = TimeSpan.FromSeconds(random.Next(3)),
            TimeLimit = random.Next(3) == 0 ? TimeSpan.FromSeconds(random.Next(10, 90)) : null,
            Checkpoint = random.Next(2) == 0 ? new CheckpointRule { Grace = TimeSpan.FromSeconds(random.Next(1, 12)) } : null,
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
