using Gateway.Contracts;
using Gateway.Kubernetes.Nodes;
using Scheduling.Model;

namespace Gateway.Validation;

/// <summary>The rules of what workers ask for by name.</summary>
internal static class ExtendedResourcesValidator
{
    public const string NameRule = "must be ephemeral-storage, hugepages-SIZE, or a device's name like rdma/hca";

    public static void Validate(JobRole role, JobContainer? all, string field, FieldErrors errors)
    {
        if (role.ExtendedResources is not { } resources)
            return;
        if (resources.Count > Limits.MaxExtendedResources)
        {
            errors.Add(field, $"must have at most {Limits.MaxExtendedResources} entries");
            return;
        }

        foreach (var (name, count) in resources)
        {
            if (NameFault(name) is { } fault)
                errors.Add(field, $"'{(name.Length <= Limits.MaxLabelName ? name : name[..Limits.MaxLabelName] + "…")}' {fault}");
            else if (AmountFault(name, count.Text) is { } wrong)
                errors.Add($"{field}.{name}", wrong);
            else if ((role.Container?.Devices ?? all?.Devices)?.ContainsKey(name) == true)
                errors.Add($"{field}.{name}", "is asked for by container.devices too");
            else if (name.StartsWith(ExtendedResources.HugePages, StringComparison.Ordinal) && role is not ({ CpuMilli: > 0 } or { MemoryMiB: > 0 }))
                errors.Add($"{field}.{name}", "needs CPU or memory besides");
        }
    }

    /// <summary>Of a validated request.</summary>
    public static long CountOf(string name, ResourceCount count) => ExtendedAmounts.Asked(name, Quantities.Parse(count.Text)!.Value);

    private static string? NameFault(string name) => name switch
    {
        "cpu" or "memory" => "has a field of its own: cpuMilli, memoryMiB",
        _ when GpuResources.IsWhole(name) || GpuResources.ProfileOf(name) is not null => "is asked for by gpus and gpuModels",
        ExtendedResources.EphemeralStorage => null,
        _ when name.StartsWith(ExtendedResources.HugePages, StringComparison.Ordinal) => PageOf(name) is > 0 ? null : NameRule,
        _ => Rules.IsLabelKey(name) && name.Contains('/', StringComparison.Ordinal) ? null : NameRule,
    };

    private static string? AmountFault(string name, string text)
    {
        if (Quantities.Parse(text) is not (> 0 and var amount))
            return "must be a number or a quantity like 100Gi, more than 0";
        if (ExtendedAmounts.Asked(name, amount) >= ExtendedResources.MaxCount)
            return $"must be less than {ExtendedResources.MaxCount}";
        if (PageOf(name) is > 0 and var page)
            return amount % page == 0 ? null : "must be a whole number of its pages";
        return ExtendedResources.IsInMiB(name) || amount == decimal.Truncate(amount) ? null : "must be a whole number";
    }

    /// <summary>Bytes in one huge page of this name; null where it is none.</summary>
    private static decimal? PageOf(string name) =>
        name.StartsWith(ExtendedResources.HugePages, StringComparison.Ordinal) ? Quantities.Parse(name[ExtendedResources.HugePages.Length..]) : null;
}
