using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Names of GPUs: as device plugins name resources, as NVIDIA's label names models, and as we name them.</summary>
internal static class GpuResources
{
    private const string MigPrefix = "nvidia.com/mig-";
    private const string MigSuffix = "-MIG-";

    private static readonly string[] Makers = ["NVIDIA-", "Tesla-", "GRID-", "AMD-", "Instinct-"];

    /// <summary>Is this a resource of whole GPUs?</summary>
    public static bool IsWhole(string resource) => resource is "nvidia.com/gpu" or "amd.com/gpu";

    /// <summary>The MIG profile that this resource counts, "1g.10gb" of "nvidia.com/mig-1g.10gb"; null when it counts none.</summary>
    public static string? ProfileOf(string resource) =>
        resource.StartsWith(MigPrefix, StringComparison.Ordinal) && resource.Length > MigPrefix.Length ? resource[MigPrefix.Length..] : null;

    /// <summary>The resource that counts devices of this model: what a pod must ask for.</summary>
    public static string ResourceOf(string model) =>
        GpuModelNames.IsPart(model) ? MigPrefix + model[(model.IndexOf('/', StringComparison.Ordinal) + 1)..]
        : model.StartsWith("MI", StringComparison.Ordinal) ? "amd.com/gpu" : "nvidia.com/gpu";

    /// <summary>
    /// Our name of what the label nvidia.com/gpu.product says: maker, socket and kind of memory left out, for teams mean "H100-80GB" whatever
    /// the board ("NVIDIA-H100-80GB-HBM3", "NVIDIA-A100-SXM4-80GB-MIG-1g.10gb" → "A100-80GB/1g.10gb").
    /// </summary>
    public static string ModelOf(string product)
    {
        var profile = "";
        if (product.IndexOf(MigSuffix, StringComparison.Ordinal) is var mig and > 0)
        {
            (product, profile) = (product[..mig], "/" + product[(mig + MigSuffix.Length)..]);
        }

        while (Makers.FirstOrDefault(m => product.StartsWith(m, StringComparison.OrdinalIgnoreCase)) is { } maker && product.Length > maker.Length)
        {
            product = product[maker.Length..];
        }

        var parts = product.Split('-', '_', ' ').Where(p => p.Length > 0 && !IsDetail(p));
        var model = string.Concat(string.Join('-', parts).Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.'));
        return (model.Length == 0 ? "GPU" : model) + profile;
    }

    private static bool IsDetail(string part) =>
        part is "SHARED" or "PCIe" or "PCIE" or "OAM" || part.StartsWith("SXM", StringComparison.Ordinal) || part.StartsWith("HBM", StringComparison.Ordinal);
}
