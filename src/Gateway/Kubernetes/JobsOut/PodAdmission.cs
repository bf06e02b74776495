using Scheduling.Model;

namespace Gateway.Kubernetes.JobsOut;

/// <summary>Whether workers can be pods of one cluster: what its operator allows, and what Kubernetes cannot give. Pure.</summary>
internal static class PodAdmission
{
    /// <summary>All that is wrong, by the field of the request.</summary>
    public static IEnumerable<(string Field, string Rule)> Faults(JobSpec job, PodSettings settings)
    {
        for (var i = 0; i < job.Roles.Length; i++)
        {
            var role = job.Roles[i];
            if (ContainerSpec.Of(job, role) is not { Image: not null } container)
            {
                yield return (Field(i, role, c => c.Image is not null, "image"), "is required: workers are pods in this pool");
                continue;
            }

            foreach (var fault in Faults(role, container, i, settings))
            {
                yield return fault;
            }
        }
    }

    /// <summary>The MIG profile that is asked for; null when whole GPUs are.</summary>
    public static string? ProfileOf(WorkerShape shape) =>
        shape.GpuModels.IsDefaultOrEmpty || shape.GpuModels[0].IndexOf('/', StringComparison.Ordinal) is not (>= 0 and var slash) ? null : shape.GpuModels[0][(slash + 1)..];

    private static IEnumerable<(string Field, string Rule)> Faults(RoleSpec role, ContainerSpec container, int i, PodSettings settings)
    {
        var shape = role.Shape;
        if (shape.GpuModels.Select(m => m.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? m[(slash + 1)..] : null).Distinct().Skip(1).Any())
        {
            yield return ($"roles[{i}].gpuModels", "must all be whole GPUs, or parts of one profile: they are one resource of the pod");
        }

        if (shape.IsFractional && ProfileOf(shape) is null && settings.SharedGpuResource.Length == 0)
        {
            yield return ($"roles[{i}].gpuMilli", "must be 1000 in this pool; a part of a GPU is asked for by its MIG profile in gpuModels");
        }

        if (settings.ImagePrefixes.Count > 0 && !settings.ImagePrefixes.Any(p => container.Image!.StartsWith(p, StringComparison.Ordinal)))
        {
            yield return (Field(i, role, c => c.Image is not null, "image"), $"must begin with one of: {string.Join(", ", settings.ImagePrefixes)}");
        }

        if (container.ServiceAccount is { } account && !settings.ServiceAccounts.Contains(account))
        {
            yield return (Field(i, role, c => c.ServiceAccount is not null, "serviceAccountName"), Allowed(settings.ServiceAccounts));
        }

        if (container.Capabilities.Any(c => !settings.Capabilities.Contains(c)))
        {
            yield return (Field(i, role, c => !c.Capabilities.IsDefaultOrEmpty, "capabilities"), Allowed(settings.Capabilities));
        }

        if (container.Devices.Any(d => !settings.Devices.Contains(d.Resource)))
        {
            yield return (Field(i, role, c => !c.Devices.IsDefaultOrEmpty, "devices"), Allowed(settings.Devices));
        }

        if (shape.Extended.Any(e => !ExtendedResources.IsInMiB(e.Name) && !settings.Devices.Contains(e.Name)))
        {
            yield return ($"roles[{i}].extendedResources", Allowed(settings.Devices));
        }

        if (shape.Extended.Any(e => container.Devices.Any(d => d.Resource == e.Name)))
        {
            yield return ($"roles[{i}].extendedResources", "must not name what container.devices names");
        }

        if (container.HostNetwork == true && !settings.AllowHostNetwork)
        {
            yield return (Field(i, role, c => c.HostNetwork is not null, "hostNetwork"), "is not allowed in this pool");
        }
    }

    private static string Allowed(IList<string> allowed) => allowed.Count == 0 ? "is not allowed in this pool" : $"may be in this pool: {string.Join(", ", allowed)}";

    /// <summary>Where it was said.</summary>
    private static string Field(int index, RoleSpec role, Func<ContainerSpec, bool> says, string name) =>
        role.Container is { } own && says(own) ? $"roles[{index}].container.{name}" : $"container.{name}";
}
