using System.Globalization;
using Gateway.Validation;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.JobsOut;

/// <summary>
/// A worker of a REST job as a pod: what its container says, within what the operator allows, and nothing else. Nothing is privileged, nothing of
/// the node is mounted, and no token is there unless a service account was named.
/// </summary>
internal sealed class PodBuilder(PodSettings settings, TenantNamespaces namespaces, TimeSpan stopGrace) : IPodBuilder
{
    /// <summary>The one container's name, for logs and exec.</summary>
    public const string Container = "worker";

    public const string RoleLabel = "orleans.scheduler/role";
    public const string TenantLabel = "orleans.scheduler/tenant";
    public const string PoolLabel = "orleans.scheduler/pool";
    public const string UserAnnotation = "orleans.scheduler/user";
    public const string JobNameAnnotation = "orleans.scheduler/job-name";

    public string NamespaceOf(PodOrder order) => namespaces.Of(order.Tenant)
        ?? throw new PodNotPossibleException($"tenant {order.Tenant} has no namespace in this cluster: the operator sets Namespaces");

    /// <exception cref="PodNotPossibleException">The job's container is not (any more) what the operator allows.</exception>
    public V1Pod Build(PodOrder order)
    {
        var @namespace = NamespaceOf(order);
        if (PodAdmission.Faults(order.Spec, settings).FirstOrDefault() is { Rule: not null } fault)
        {
            throw new PodNotPossibleException($"{fault.Field} {fault.Rule}");
        }

        var spec = order.Spec;
        var container = ContainerSpec.Of(spec, order.Role)!;
        var (volumes, mounts) = PodVolumes.Of(container, spec.Checkpoint is not null);
        var needsService = GangNames.NeedsService(spec);
        return new V1Pod
        {
            Metadata = new V1ObjectMeta { Labels = Labels(order), Annotations = Annotations(spec) },
            Spec = new V1PodSpec
            {
                RestartPolicy = "Never",
                Hostname = GangNames.Host(spec, order.Worker.Rank),
                Subdomain = needsService ? GangNames.Service(order.Attempt.Job, spec) : null,
                AutomountServiceAccountToken = container.ServiceAccount is not null,
                ServiceAccountName = container.ServiceAccount,
                EnableServiceLinks = false,
                HostNetwork = container.HostNetwork == true ? true : null,
                DnsPolicy = container.HostNetwork == true ? "ClusterFirstWithHostNet" : null,
                TerminationGracePeriodSeconds = (long)(container.StopGrace ?? stopGrace).TotalSeconds,
                PriorityClassName = Given(settings.PriorityClass),
                RuntimeClassName = Given(settings.RuntimeClass),
                SecurityContext = new V1PodSecurityContext
                {
                    RunAsNonRoot = true,
                    RunAsUser = container.RunAsUser,
                    RunAsGroup = container.RunAsGroup,
                    FsGroup = container.FsGroup,
                    SeccompProfile = new V1SeccompProfile { Type = "RuntimeDefault" },
                },
                Tolerations = Tolerations(order.Role.Shape),
                ImagePullSecrets = container.ImagePullSecrets.IsDefaultOrEmpty ? null : [.. container.ImagePullSecrets.Select(s => new V1LocalObjectReference { Name = s })],
                Volumes = volumes.Count == 0 ? null : volumes,
                Containers = [ToContainer(order, container, @namespace, mounts)],
            },
        };
    }

    private V1Container ToContainer(PodOrder order, ContainerSpec container, string @namespace, List<V1VolumeMount> mounts) => new()
    {
        Name = Container,
        Image = container.Image,
        ImagePullPolicy = container.ImagePullPolicy,
        Command = container.Command.IsDefaultOrEmpty ? null : [.. container.Command],
        Args = container.Args.IsDefaultOrEmpty ? null : [.. container.Args],
        WorkingDir = container.WorkingDir,
        Env = PodEnvironment.Of(order, container, @namespace, settings),
        Ports = container.Ports.IsDefaultOrEmpty ? null : [.. container.Ports.Select(p => new V1ContainerPort { ContainerPort = p.Port, Name = p.Name })],
        Resources = Resources(order.Role.Shape, container),
        VolumeMounts = mounts.Count == 0 ? null : mounts,
        SecurityContext = new V1SecurityContext
        {
            AllowPrivilegeEscalation = false,
            ReadOnlyRootFilesystem = container.ReadOnlyRoot,
            Capabilities = new V1Capabilities { Drop = ["ALL"], Add = container.Capabilities.IsDefaultOrEmpty ? null : [.. container.Capabilities] },
        },

        // The last lines of a log without a message of its own say why a worker failed.
        TerminationMessagePolicy = "FallbackToLogsOnError",
    };

    /// <summary>Requests are limits: what the scheduler counted is what there is.</summary>
    private V1ResourceRequirements Resources(WorkerShape shape, ContainerSpec container)
    {
        var amounts = new Dictionary<string, ResourceQuantity>(StringComparer.Ordinal);
        Add("cpu", shape.CpuMilli, "m");
        Add("memory", shape.MemoryMiB, "Mi");
        if (shape.Gpus > 0)
        {
            Add(ResourceOf(shape, settings), shape.Gpus, "");
        }

        foreach (var named in shape.Extended)
        {
            Add(named.Name, named.Count, ExtendedResources.IsInMiB(named.Name) ? "Mi" : "");
        }

        foreach (var device in container.Devices)
        {
            Add(device.Resource, device.Count, "");
        }

        return new V1ResourceRequirements { Requests = amounts, Limits = amounts };

        void Add(string name, long amount, string unit)
        {
            if (amount > 0)
            {
                amounts[name] = new ResourceQuantity(string.Create(CultureInfo.InvariantCulture, $"{amount}{unit}"));
            }
        }
    }

    /// <summary>GPUs as the cluster's device plugin names them.</summary>
    internal static string ResourceOf(WorkerShape shape, PodSettings settings) =>
        PodAdmission.ProfileOf(shape) is { } profile ? settings.MigPrefix + profile
        : shape.IsFractional ? settings.SharedGpuResource
        : settings.GpuResource;

    private List<V1Toleration>? Tolerations(WorkerShape shape)
    {
        List<V1Toleration> tolerations = [.. shape.Tolerations.Select(PodTolerations.Of), .. settings.Tolerations.Select(t => PodTolerations.Parse(t)!)];
        if (shape.Gpus > 0)
        {
            tolerations.Add(new V1Toleration { Key = settings.GpuResource, OperatorProperty = "Exists" });
        }

        return tolerations.Count == 0 ? null : tolerations;
    }

    private static Dictionary<string, string> Labels(PodOrder order)
    {
        var spec = order.Spec;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var label in spec.Labels.Where(l => !IsReserved(l.Key)))
        {
            labels[label.Key] = label.Value;
        }

        if (Rules.IsLabelValue(spec.Name))
        {
            labels["app.kubernetes.io/name"] = spec.Name;
        }

        labels["app.kubernetes.io/instance"] = order.Attempt.Job.Value;
        labels["app.kubernetes.io/component"] = order.Role.Name;
        labels["app.kubernetes.io/managed-by"] = "orleans-scheduler";
        labels[RoleLabel] = order.Role.Name;
        labels[TenantLabel] = spec.Tenant.Value;
        labels[PoolLabel] = spec.Pool.Value;
        if (GangNames.NeedsService(spec))
        {
            labels[GangNames.ServiceLabel] = GangNames.Service(order.Attempt.Job, spec);
        }

        return labels;
    }

    private static Dictionary<string, string> Annotations(JobSpec spec) =>
        new(StringComparer.Ordinal) { [UserAnnotation] = spec.User, [JobNameAnnotation] = spec.Name };

    /// <summary>What others, or we, conclude something from.</summary>
    private static bool IsReserved(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var domain = slash < 0 ? "" : key[..slash];
        return domain is "orleans.scheduler" or "kubernetes.io" or "k8s.io"
            || domain.EndsWith(".kubernetes.io", StringComparison.Ordinal) || domain.EndsWith(".k8s.io", StringComparison.Ordinal) || domain.EndsWith(".orleans.scheduler", StringComparison.Ordinal);
    }

    private static string? Given(string text) => text.Length == 0 ? null : text;
}
