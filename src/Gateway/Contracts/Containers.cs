using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Gateway.Contracts;

/// <summary>What workers run in a Kubernetes pool. These fields and no others: a pod spec cannot be handed in.</summary>
public sealed record JobContainer
{
    [MaxLength(Limits.MaxImage)]
    [Description("The image. Required for a Kubernetes pool, in the job or in every role.")]
    public string? Image { get; init; }

    [MaxLength(Limits.MaxArguments)]
    [Description("Instead of the image's entry point.")]
    public IReadOnlyList<string?>? Command { get; init; }

    [MaxLength(Limits.MaxArguments)]
    [Description("Arguments of the command, or of the image's entry point.")]
    public IReadOnlyList<string?>? Args { get; init; }

    [MaxLength(Limits.MaxVariables)]
    [Description("Variables. RANK, WORLD_SIZE, MASTER_ADDR and their like are set besides, and cannot be set here.")]
    public IReadOnlyList<JobVariable?>? Env { get; init; }

    [MaxLength(Limits.MaxPath)]
    [Description("An absolute path; the image's own by default.")]
    public string? WorkingDir { get; init; }

    [MaxLength(Limits.MaxPorts)]
    [Description("Ports that it listens on.")]
    public IReadOnlyList<JobPort?>? Ports { get; init; }

    [MaxLength(Limits.MaxVolumes)]
    [Description("What is mounted, and where.")]
    public IReadOnlyList<JobVolume?>? Volumes { get; init; }

    [MaxLength(Limits.MaxPullSecrets)]
    [Description("Names of secrets in the tenant's namespace.")]
    public IReadOnlyList<string?>? ImagePullSecrets { get; init; }

    [AllowedValues("Always", "IfNotPresent", "Never", null)]
    [Description("Always, IfNotPresent or Never; Kubernetes' own default without it.")]
    public string? ImagePullPolicy { get; init; }

    [MaxLength(Limits.MaxJobName)]
    [Description("A service account that the operator allows; its token is mounted. By default the namespace's default one, without its token.")]
    public string? ServiceAccountName { get; init; }

    [Range(1, Limits.MaxUserId)]
    [Description("The user that it runs as; never root. The image's own by default, which must not be root either.")]
    public long? RunAsUser { get; init; }

    [Range(1, Limits.MaxUserId)]
    [Description("The group that it runs as.")]
    public long? RunAsGroup { get; init; }

    [Range(1, Limits.MaxUserId)]
    [Description("The group that owns its volumes.")]
    public long? FsGroup { get; init; }

    [Description("Its root file system cannot be written. False by default.")]
    public bool? ReadOnlyRootFilesystem { get; init; }

    [MaxLength(Limits.MaxCapabilities)]
    [Description("Capabilities that it has; only those that the operator allows, such as IPC_LOCK for RDMA. None by default.")]
    public IReadOnlyList<string?>? Capabilities { get; init; }

    [Range(0, Limits.MaxGraceSeconds)]
    [Description("Seconds to end in, once asked to. 30 by default, unless the server is configured otherwise.")]
    public long? TerminationGraceSeconds { get; init; }

    [Description("Extended resources that the scheduler does not count, by name; only those that the operator allows, such as rdma/hca.")]
    public IReadOnlyDictionary<string, long>? Devices { get; init; }

    [Description("The node's own network; only where the operator allows it. False by default.")]
    public bool? HostNetwork { get; init; }
}

/// <summary>A variable: a value, a field of the pod, or a key of a secret or config map of the tenant's namespace.</summary>
public sealed record JobVariable
{
    [Required, MaxLength(Limits.MaxVariableName)]
    [Description("Letters, digits and '_', not starting with a digit.")]
    public string? Name { get; init; }

    [Description("The value. Not for secrets: whoever may read the job may read it.")]
    public string? Value { get; init; }

    [AllowedValues(
        "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.podIP", "status.podIPs", null)]
    [Description("A field of the pod: metadata.name, metadata.namespace, metadata.uid, spec.nodeName, spec.serviceAccountName, status.hostIP, status.podIP or status.podIPs.")]
    public string? Field { get; init; }

    [MaxLength(Limits.MaxJobName)]
    [Description("The name of a secret; needs key.")]
    public string? Secret { get; init; }

    [MaxLength(Limits.MaxJobName)]
    [Description("The name of a config map; needs key.")]
    public string? ConfigMap { get; init; }

    [MaxLength(Limits.MaxJobName)]
    [Description("The key in the secret or config map.")]
    public string? Key { get; init; }
}

public sealed record JobPort
{
    [Required, Range(1, 65535)]
    [Description("The port's number.")]
    public long? Port { get; init; }

    [MaxLength(Limits.MaxPortName)]
    [Description("Its name: lower-case letters, digits and '-', at most 15.")]
    public string? Name { get; init; }
}

/// <summary>What is mounted at a path; exactly one of claim, scratchMiB, memoryMiB, configMap and secret says what.</summary>
public sealed record JobVolume
{
    [Required, MaxLength(Limits.MaxPath)]
    [Description("Where: an absolute path.")]
    public string? MountPath { get; init; }

    [MaxLength(Limits.MaxJobName)]
    [Description("A persistent volume claim in the tenant's namespace.")]
    public string? Claim { get; init; }

    [Range(0, Limits.MaxMemoryMiB)]
    [Description("An empty folder on the node's disk that goes with the worker, and how much may be in it; 0 is no limit.")]
    public long? ScratchMiB { get; init; }

    [Range(1, Limits.MaxMemoryMiB)]
    [Description("An empty folder in memory, and how much may be in it; counts as the worker's memory. For /dev/shm.")]
    public long? MemoryMiB { get; init; }

    [MaxLength(Limits.MaxJobName)]
    [Description("A config map in the tenant's namespace.")]
    public string? ConfigMap { get; init; }

    [MaxLength(Limits.MaxJobName)]
    [Description("A secret in the tenant's namespace.")]
    public string? Secret { get; init; }

    [Description("It cannot be written. False by default.")]
    public bool? ReadOnly { get; init; }

    [MaxLength(Limits.MaxPath)]
    [Description("The part of it that is mounted: a relative path.")]
    public string? SubPath { get; init; }
}

/// <summary>What is started again when a worker fails.</summary>
public sealed record JobRestart
{
    [Required, AllowedValues("gang", "failedMembers")]
    [Description("gang: the whole gang, as another attempt, as far as the retries go. failedMembers: the failed workers, on the nodes where they were, while the others run on.")]
    public string? Scope { get; init; }

    [Range(1, Limits.MaxMemberRestarts)]
    [Description("Of failedMembers: how often in one attempt; one failure more fails the attempt. 10 by default.")]
    public long? Limit { get; init; }
}
