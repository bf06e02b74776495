using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>What a user asked for. Never changes after it was accepted.</summary>
[GenerateSerializer, Immutable]
public sealed record JobSpec
{
    /// <summary>The user's name for the job; need not be unique.</summary>
    [Id(0)] public required string Name { get; init; }

    [Id(1)] public required TenantId Tenant { get; init; }

    /// <summary>Who submitted it.</summary>
    [Id(2)] public required string User { get; init; }

    /// <summary>Where it is charged: "cohort/team/user".</summary>
    [Id(3)] public required QuotaPath Quota { get; init; }

    [Id(4)] public required PoolId Pool { get; init; }

    /// <summary>Higher goes first. 0–1000.</summary>
    [Id(5)] public int Priority { get; init; }

    /// <summary>The gang: all workers of all roles start together or not at all.</summary>
    [Id(6)] public required ImmutableArray<RoleSpec> Roles { get; init; }

    [Id(7)] public TopologyRule Topology { get; init; } = TopologyRule.None;

    /// <summary>How long the workers of a hollow node run; null runs until stopped.</summary>
    [Id(8)] public TimeSpan? RunFor { get; init; }

    /// <summary>Ended as TimedOut when an attempt runs longer; null is unlimited.</summary>
    [Id(9)] public TimeSpan? TimeLimit { get; init; }

    /// <summary>How many further attempts follow a failed one.</summary>
    [Id(10)] public int MaxRetries { get; init; }

    /// <summary>Free-form, for finding jobs again.</summary>
    [Id(11)] public ImmutableArray<Label> Labels { get; init; } = [];

    /// <summary>The class that <see cref="Priority"/> came from; null when it was given as a number.</summary>
    [Id(12)] public string? PriorityClass { get; init; }

    /// <summary>False: this job waits, whoever stands in its way; others may still preempt it.</summary>
    [Id(13)] public bool MayPreempt { get; init; } = true;

    /// <summary>It must have ended by then, or it is not worth starting; null is no deadline.</summary>
    [Id(14)] public DateTimeOffset? Deadline { get; init; }

    /// <summary>Waits outside the queue until each of these is so.</summary>
    [Id(15)] public ImmutableArray<JobDependency> DependsOn { get; init; } = [];

    /// <summary>What follows a failure; null: <see cref="MaxRetries"/> at once, whatever failed.</summary>
    [Id(16)] public RetryRules? Retry { get; init; }

    /// <summary>How its workers save their work; null: nothing is known.</summary>
    [Id(17)] public CheckpointRule? Checkpoint { get; init; }

    /// <summary>An attempt that runs is not preempted before it ran this long; null is the pool's rule. Pools bound it.</summary>
    [Id(18)] public TimeSpan? MinRuntime { get; init; }

    /// <summary>Whose part this job is: a task of an array, a replica of a service, or further workers of an elastic job.</summary>
    [Id(19)] public JobOrigin? Origin { get; init; }

    /// <summary>How the jobs of one set keep apart; null: they need not.</summary>
    [Id(20)] public SpreadRule? Spread { get; init; }

    /// <summary>It stands for many jobs of this kind, and has no workers of its own; null: it is one job.</summary>
    [Id(21)] public SetRule? Set { get; init; }

    /// <summary>The pods that are its workers, made by somebody else; null: a backend makes them.</summary>
    [Id(30)] public PodSet? Pods { get; init; }

    /// <summary>What all workers run where workers are pods, as far as their role does not say otherwise; null: nothing is said.</summary>
    [Id(22)] public ContainerSpec? Container { get; init; }

    /// <summary>What is started again when a worker fails; null: the whole gang.</summary>
    [Id(23)] public RestartRule? Restart { get; init; }

    /// <summary>The role that grows with idle GPUs; null when none does.</summary>
    public RoleSpec? ElasticRole
    {
        get
        {
            foreach (var role in Roles)
            {
                if (role.MaxCount > role.Count)
                {
                    return role;
                }
            }

            return null;
        }
    }

    /// <summary>
    /// Runs only on what nobody else wants, and is the first to go: the workers that an elastic job has beyond its minimum.
    /// </summary>
    public bool IsOpportunistic => Origin?.Kind == OriginKind.Extension;

    /// <summary>Workers in all roles.</summary>
    public int TotalWorkers => Roles.Sum(r => r.Count);

    /// <summary>GPU of all workers in thousandths.</summary>
    public long TotalGpuMilli
    {
        get
        {
            long milli = 0;
            foreach (var role in Roles)
            {
                milli += role.Count * role.Shape.TotalGpuMilli;
            }

            return milli;
        }
    }
}

/// <summary>So many workers of one shape.</summary>
[GenerateSerializer, Immutable]
public sealed record RoleSpec
{
    [Id(0)] public required string Name { get; init; }

    /// <summary>Workers of this role. ≥ 1.</summary>
    [Id(1)] public required int Count { get; init; }

    [Id(2)] public required WorkerShape Shape { get; init; }

    /// <summary>
    /// Elastic: with idle GPUs the role grows up to this many workers, and shrinks back to <see cref="Count"/> before the job is evicted.
    /// 0: it does not grow.
    /// </summary>
    [Id(3)] public int MaxCount { get; init; }

    /// <summary>The role comes in slices that each stay together; null: worker by worker.</summary>
    [Id(4)] public SliceRule? Slices { get; init; }

    /// <summary>At most so many workers of this role in one domain; null: no limit.</summary>
    [Id(5)] public AntiAffinityRule? AntiAffinity { get; init; }

    /// <summary>What its workers run where workers are pods, before what the job says; null: as the job says.</summary>
    [Id(6)] public ContainerSpec? Container { get; init; }
}

/// <summary>
/// Workers in groups of <see cref="Size"/> that each lie within one domain of <see cref="Level"/>; every domain that is used gets as many
/// slices as every other, give or take one. The role's count is a multiple of the size.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record SliceRule
{
    [Id(0)] public required int Size { get; init; }
    [Id(1)] public required TopologyLevel Level { get; init; }
}

/// <summary>At most <see cref="MaxPerDomain"/> workers of the role in one domain of <see cref="Level"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record AntiAffinityRule
{
    [Id(0)] public required TopologyLevel Level { get; init; }
    [Id(1)] public required int MaxPerDomain { get; init; }
}

/// <summary>Topology levels, from one machine to the whole pool.</summary>
[GenerateSerializer]
public enum TopologyLevel
{
    None = 0,
    Node = 1,
    Rack = 2,
    Block = 3,

    /// <summary>The nodes of a rack that share one NVLink fabric; wider than a node, no wider than a rack.</summary>
    NvlinkDomain = 4,
}

/// <summary>How close together a gang must be, and how close it would like to be.</summary>
[GenerateSerializer, Immutable]
public sealed record TopologyRule
{
    /// <summary>The whole gang within one such domain, or it does not start. None: anywhere in the pool.</summary>
    [Id(0)] public TopologyLevel Required { get; init; }

    /// <summary>Tried first; where it cannot be had the gang takes as few domains as it can.</summary>
    [Id(1)] public TopologyLevel Preferred { get; init; }

    public static TopologyRule None { get; } = new();
}
