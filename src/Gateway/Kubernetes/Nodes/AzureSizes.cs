namespace Gateway.Kubernetes.Nodes;

/// <summary>GPU models by the size of an Azure machine, for nodes whose GPUs nobody has labelled yet. From Azure's list of GPU sizes.</summary>
internal static class AzureSizes
{
    private static readonly (string Part, string Model)[] Models =
    [
        ("_GB300_", "GB300"), ("_GB200_", "GB200"), ("_H200_", "H200-141GB"), ("_MI300X_", "MI300X"), ("NC40ads_H100_", "H100-NVL"), ("NC80adis_H100_", "H100-NVL"), ("_H100_", "H100-80GB"),
        ("amsr_A100_", "A100-80GB"), ("ads_A100_", "A100-80GB"), ("asr_v4", "A100-40GB"), ("_A10_", "A10"), ("as_T4_", "T4"), ("rs_v2", "V100-32GB"), ("s_v3", "V100-16GB"),
    ];

    public static string? ModelOf(string? size)
    {
        if (size?.StartsWith("Standard_N", StringComparison.OrdinalIgnoreCase) != true)
        {
            return null;
        }

        foreach (var (part, model) in Models)
        {
            if (size.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return model;
            }
        }

        return null;
    }
}
