using System.Collections.Immutable;

namespace Scheduling.Model;

/// <summary>
/// What a worker runs where workers are pods. Every field is one that users may set; there is no way to hand in a pod spec. A role's fields go
/// before the job's, see <see cref="Of"/>.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record ContainerSpec
{
    /// <summary>The image; null only in a role that takes the job's.</summary>
    [Id(0)] public string? Image { get; init; }

    /// <summary>Instead of the image's entry point; empty keeps that.</summary>
    [Id(1)] public ImmutableArray<string> Command { get; init; } = [];

    [Id(2)] public ImmutableArray<string> Args { get; init; } = [];

    [Id(3)] public ImmutableArray<ContainerVariable> Env { get; init; } = [];

    [Id(4)] public string? WorkingDir { get; init; }

    [Id(5)] public ImmutableArray<ContainerPort> Ports { get; init; } = [];

    [Id(6)] public ImmutableArray<ContainerVolume> Volumes { get; init; } = [];

    /// <summary>Names of secrets in the tenant's namespace.</summary>
    [Id(7)] public ImmutableArray<string> ImagePullSecrets { get; init; } = [];

    /// <summary>Always, IfNotPresent or Never; null is Kubernetes' own default.</summary>
    [Id(8)] public string? ImagePullPolicy { get; init; }

    /// <summary>One that the operator allows; null: the namespace's default, whose token is not mounted.</summary>
    [Id(9)] public string? ServiceAccount { get; init; }

    /// <summary>Never 0.</summary>
    [Id(10)] public long? RunAsUser { get; init; }

    [Id(11)] public long? RunAsGroup { get; init; }

    [Id(12)] public long? FsGroup { get; init; }

    [Id(13)] public bool? ReadOnlyRoot { get; init; }

    /// <summary>Added to none; only what the operator allows.</summary>
    [Id(14)] public ImmutableArray<string> Capabilities { get; init; } = [];

    /// <summary>Time that it has to end once it is asked to; null: what the gateway is set to.</summary>
    [Id(15)] public TimeSpan? StopGrace { get; init; }

    /// <summary>Extended resources that the scheduler does not count, such as RDMA devices that a node's workers share.</summary>
    [Id(16)] public ImmutableArray<ContainerDevice> Devices { get; init; } = [];

    /// <summary>The node's own network; only where the operator allows it.</summary>
    [Id(17)] public bool? HostNetwork { get; init; }

    /// <summary>What the workers of a role run: the role's fields where it has them, else the job's; variables of both, the role's first. Null: nothing is said.</summary>
    public static ContainerSpec? Of(JobSpec job, RoleSpec role) => (job.Container, role.Container) switch
    {
        ({ } all, { } own) => own.Over(all),
        var (all, own) => own ?? all,
    };

    private ContainerSpec Over(ContainerSpec other) => new()
    {
        Image = Image ?? other.Image,
        Command = Either(Command, other.Command),

        // Arguments belong to a command: a role with a command of its own does not take the job's.
        Args = Command.IsDefaultOrEmpty ? Either(Args, other.Args) : Args,
        Env = [.. Env, .. other.Env.Where(e => !Env.Any(own => own.Name == e.Name))],
        WorkingDir = WorkingDir ?? other.WorkingDir,
        Ports = Either(Ports, other.Ports),
        Volumes = [.. Volumes, .. other.Volumes.Where(v => !Volumes.Any(own => own.MountPath == v.MountPath))],
        ImagePullSecrets = Either(ImagePullSecrets, other.ImagePullSecrets),
        ImagePullPolicy = ImagePullPolicy ?? other.ImagePullPolicy,
        ServiceAccount = ServiceAccount ?? other.ServiceAccount,
        RunAsUser = RunAsUser ?? other.RunAsUser,
        RunAsGroup = RunAsGroup ?? other.RunAsGroup,
        FsGroup = FsGroup ?? other.FsGroup,
        ReadOnlyRoot = ReadOnlyRoot ?? other.ReadOnlyRoot,
        Capabilities = Either(Capabilities, other.Capabilities),
        StopGrace = StopGrace ?? other.StopGrace,
        Devices = Either(Devices, other.Devices),
        HostNetwork = HostNetwork ?? other.HostNetwork,
    };

    private static ImmutableArray<T> Either<T>(ImmutableArray<T> own, ImmutableArray<T> other) => own.IsDefaultOrEmpty ? other : own;
}

/// <summary>Where a variable's value comes from.</summary>
[GenerateSerializer]
public enum VariableSource
{
    /// <summary>It is the value.</summary>
    Value = 0,

    /// <summary>A field of the pod, such as status.podIP.</summary>
    Field = 1,

    /// <summary>A key of a secret in the tenant's namespace.</summary>
    Secret = 2,

    /// <summary>A key of a config map in the tenant's namespace.</summary>
    ConfigMap = 3,
}

/// <param name="Text">The value, the field's path, or the name of the secret or config map.</param>
/// <param name="Key">Of a secret or config map.</param>
[GenerateSerializer, Immutable]
public readonly record struct ContainerVariable(
    [property: Id(0)] string Name, [property: Id(1)] VariableSource Source, [property: Id(2)] string Text, [property: Id(3)] string? Key = null);

/// <param name="Name">For people and services; null has none.</param>
[GenerateSerializer, Immutable]
public readonly record struct ContainerPort([property: Id(0)] int Port, [property: Id(1)] string? Name = null);

/// <summary>So many of an extended resource.</summary>
[GenerateSerializer, Immutable]
public readonly record struct ContainerDevice([property: Id(0)] string Resource, [property: Id(1)] long Count);

/// <summary>What a volume is. There is nothing of the node's own among them.</summary>
[GenerateSerializer]
public enum VolumeKind
{
    /// <summary>A persistent volume claim in the tenant's namespace.</summary>
    Claim = 0,

    /// <summary>Empty, on the node's disk, gone with the pod.</summary>
    Scratch = 1,

    /// <summary>Empty, in memory, gone with the pod; counts as the worker's memory. What /dev/shm is for.</summary>
    Memory = 2,

    ConfigMap = 3,
    Secret = 4,
}

[GenerateSerializer, Immutable]
public sealed record ContainerVolume
{
    [Id(0)] public required string MountPath { get; init; }

    [Id(1)] public required VolumeKind Kind { get; init; }

    /// <summary>Of the claim, secret or config map; empty for the others.</summary>
    [Id(2)] public string Source { get; init; } = "";

    /// <summary>Of an empty one: how much may be in it; 0: no limit of its own.</summary>
    [Id(3)] public long SizeMiB { get; init; }

    [Id(4)] public bool ReadOnly { get; init; }

    /// <summary>The part of it that is mounted; null: all.</summary>
    [Id(5)] public string? SubPath { get; init; }
}

/// <summary>What is started again when a worker fails.</summary>
[GenerateSerializer]
public enum RestartScope
{
    /// <summary>The whole gang, as another attempt.</summary>
    Gang = 0,

    /// <summary>The failed workers, where they were, while the others run on.</summary>
    FailedMembers = 1,
}

/// <summary>What happens within an attempt when some of its workers fail.</summary>
[GenerateSerializer, Immutable]
public sealed record RestartRule
{
    [Id(0)] public RestartScope Scope { get; init; }

    /// <summary>How often workers are started again in one attempt; one failure more fails it.</summary>
    [Id(1)] public int Limit { get; init; }
}
