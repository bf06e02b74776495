using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Gateway.Contracts;

/// <summary>What <c>POST /api/v1/jobs</c> takes.</summary>
public sealed record SubmitJobRequest
{
    [Required, MaxLength(Limits.MaxJobName)]
    [Description("The job's name; need not be unique. Lower-case letters, digits, '-' and '.', starting and ending with a letter or digit.")]
    public string? Name { get; init; }

    [MaxLength(Limits.MaxName)]
    [Description("Whose job it is; the caller's own tenant by default. Only an admin may name another.")]
    public string? Tenant { get; init; }

    [Description("Where it is charged, as cohort/team or cohort/team/user; by default the configured cohort, the tenant and the user.")]
    public string? Quota { get; init; }

    [MaxLength(Limits.MaxName)]
    [Description("Which pool runs it; may be left out when there is only one.")]
    public string? Pool { get; init; }

    [Range(0, Limits.MaxPriority)]
    [Description("Higher goes first. 0 by default.")]
    public long? Priority { get; init; }

    [MaxLength(Limits.MaxName)]
    [Description("A priority by name, instead of a number: low, normal and high, unless the server is configured otherwise.")]
    public string? PriorityClass { get; init; }

    [Required, MinLength(1), MaxLength(Limits.MaxRoles)]
    [Description("The gang: all workers of all roles start together or not at all.")]
    public IReadOnlyList<JobRole?>? Roles { get; init; }

    [Description("How close together the gang must be, and would like to be.")]
    public JobTopology? Topology { get; init; }

    [Range(1, Limits.MaxDurationSeconds)]
    [Description("How long the workers run on simulated (hollow) nodes; without it until stopped.")]
    public long? RunForSeconds { get; init; }

    [Range(1, Limits.MaxDurationSeconds)]
    [Description("An attempt that runs longer ends the job as TimedOut; without it there is no limit.")]
    public long? TimeLimitSeconds { get; init; }

    [Range(0, Limits.MaxRetries)]
    [Description("How many further attempts follow a failed one. 0 by default.")]
    public long? MaxRetries { get; init; }

    [Description("Free-form, for finding jobs again.")]
    public IReadOnlyDictionary<string, string?>? Labels { get; init; }

    [Description("The job must have ended by then, or it is not worth starting: it ends as TimedOut.")]
    public DateTimeOffset? Deadline { get; init; }

    [MaxLength(Limits.MaxDependencies)]
    [Description("It waits outside the queue until each of these is so; when one no longer can be, it ends as Cancelled.")]
    public IReadOnlyList<JobDependencyRequest?>? DependsOn { get; init; }

    [Description("What follows which failure; without it maxRetries at once, whatever failed.")]
    public JobRetry? Retry { get; init; }

    [Description("How its workers save their work; without it nothing is known, and the job is stopped without warning when it must make room.")]
    public JobCheckpoint? Checkpoint { get; init; }

    [Range(0, Limits.MaxDurationSeconds)]
    [Description("An attempt is not preempted before it ran so long; pools bound it.")]
    public long? MinRuntimeSeconds { get; init; }

    [Description("So many jobs of this kind, each a task that ends.")]
    public JobArray? Array { get; init; }

    [Description("So many jobs of this kind, kept up for ever.")]
    public JobService? Service { get; init; }

    [Description("How the tasks of an array or the replicas of a service keep apart.")]
    public JobSpread? Spread { get; init; }

    [Description("What the workers run in a Kubernetes pool, as far as their role does not say otherwise. Simulated nodes run nothing, and need none.")]
    public JobContainer? Container { get; init; }

    [Description("What is started again when a worker fails; the whole gang by default.")]
    public JobRestart? Restart { get; init; }
}

/// <summary>So many workers of one shape.</summary>
public sealed record JobRole
{
    [Required, MaxLength(Limits.MaxName)]
    [Description("The role's name, unique in its job. Lower-case letters, digits and '-'.")]
    public string? Name { get; init; }

    [Required, Range(1, Limits.MaxWorkersPerGang)]
    [Description("Workers of this role.")]
    public long? Count { get; init; }

    [Required, Range(0, Limits.MaxCpuMilli)]
    [Description("CPU per worker in thousandths of a core.")]
    public long? CpuMilli { get; init; }

    [Required, Range(0, Limits.MaxMemoryMiB)]
    [Description("Memory per worker in MiB.")]
    public long? MemoryMiB { get; init; }

    [Required, Range(0, Limits.MaxGpusPerWorker)]
    [Description("GPUs per worker; 0 for a CPU-only one.")]
    public long? Gpus { get; init; }

    [Range(1, Limits.WholeGpu)]
    [Description("How much of each GPU, in thousandths. 1000 by default; less only when gpus is 1.")]
    public long? GpuMilli { get; init; }

    [MaxLength(Limits.MaxGpuModels)]
    [Description("GPU models it may run on, best first; any by default. A part of a GPU is named with its MIG profile: A100-80GB/1g.10gb.")]
    public IReadOnlyList<string?>? GpuModels { get; init; }

    [Description("What a worker needs beside CPU, memory and GPUs, by name: ephemeral-storage, hugepages-SIZE, or a device such as rdma/hca. A whole number, or a quantity like 100Gi. Counted as CPU and memory are.")]
    public IReadOnlyDictionary<string, ResourceCount>? ExtendedResources { get; init; }

    [Description("Labels that its nodes must carry.")]
    public IReadOnlyDictionary<string, string?>? NodeSelector { get; init; }

    [MaxLength(Limits.MaxNodeTerms)]
    [Description("Required node affinity: its nodes must be what any one of these says.")]
    public IReadOnlyList<JobNodeTerm?>? NodeAffinity { get; init; }

    [Description("Node taints that it tolerates.")]
    public IReadOnlyDictionary<string, string?>? Tolerations { get; init; }

    [Range(1, Limits.MaxWorkersPerGang)]
    [Description("Elastic: with idle GPUs the role grows up to so many workers, and gives them back first. count by default.")]
    public long? MaxCount { get; init; }

    [Description("The role comes in slices that each stay together.")]
    public JobSlices? Slices { get; init; }

    [Description("At most so many workers of the role in one domain.")]
    public JobAntiAffinity? AntiAffinity { get; init; }

    [Description("What the role's workers run: its fields go before the job's; variables and volumes of both count.")]
    public JobContainer? Container { get; init; }
}

/// <summary>Topology levels: none, node, nvlink (the nodes of a rack on one NVLink fabric), rack or block.</summary>
public sealed record JobTopology
{
    [AllowedValues("none", "node", "nvlink", "rack", "block", null)]
    [Description("The whole gang within one such domain, or it does not start. none by default.")]
    public string? Required { get; init; }

    [AllowedValues("none", "node", "nvlink", "rack", "block", null)]
    [Description("Tried first; where it cannot be had the next wider level is tried, up to the required one. none by default.")]
    public string? Preferred { get; init; }
}

/// <summary>What the actions on a job take; the body may be left out.</summary>
public sealed record JobActionRequest
{
    [MaxLength(Limits.MaxReason)]
    [Description("For people: shown in the job's timeline.")]
    public string? Reason { get; init; }
}

/// <summary>What the actions on a node take.</summary>
public sealed record NodeActionRequest
{
    [Required, MaxLength(Limits.MaxReason)]
    [Description("For people: shown wherever the node is shown.")]
    public string? Reason { get; init; }

    [MaxLength(Limits.MaxReason)]
    [Description("Of which run of the machine this is the result of a preflight: the node's boot. Refused when it runs as another by now. Left out: of this one.")]
    public string? Boot { get; init; }
}

/// <summary>What <c>PUT /api/v1/quotas/{path}</c> takes: the whole settings of one level.</summary>
public sealed record QuotaSettings
{
    [Description("Owed to this level, by resource: gpu and gpu/MODEL (thousandths of a GPU), cpu (thousandths of a core), memory (MiB).")]
    public IReadOnlyDictionary<string, long>? Nominal { get; init; }

    [Description("Never passed, by resource. A resource that is not named is not limited.")]
    public IReadOnlyDictionary<string, long>? Limit { get; init; }

    [Range(1, Limits.MaxQuotaWeight)]
    [Description("Share among siblings. 1 by default.")]
    public long? Weight { get; init; }

    [Range(0, Limits.MaxQuotaPendingJobs)]
    [Description("Jobs of this level that may wait at once; the system's limit by default.")]
    public long? MaxPendingJobs { get; init; }

    [Description("So much above nominal may be borrowed of what others leave idle, by resource; up to the limit by default.")]
    public IReadOnlyDictionary<string, long>? BorrowingLimit { get; init; }

    [Description("So much of nominal may others use while it is idle, by resource; all of it by default.")]
    public IReadOnlyDictionary<string, long>? LendingLimit { get; init; }

    [Description("What any one user may use at and below this level, by resource.")]
    public IReadOnlyDictionary<string, long>? MaxPerUser { get; init; }

    [Description("What jobs of high priority may use together; at most 8.")]
    public IReadOnlyList<QuotaPriorityCap>? PriorityCaps { get; init; }

    [Description("GPU-hours after which nothing more is started.")]
    public QuotaBudget? Budget { get; init; }
}
