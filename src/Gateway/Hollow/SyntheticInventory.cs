using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Model;

namespace Gateway.Hollow;

/// <summary>A cluster of equal machines for benchmarks, from "synthetic:NODESxGPUS[:MODEL]".</summary>
internal static class SyntheticInventory
{
    private const string Prefix = "synthetic:";
    private const string DefaultModel = "H100";

    /// <summary>Thousandths of a core and MiB that come with each GPU; a machine without GPUs has eight times that.</summary>
    private const long CpuMilliPerGpu = 12_000;
    private const long MemoryMiBPerGpu = 131_072;

    public static bool IsSynthetic(string inventory) => inventory.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Null when it cannot be read; then <paramref name="error"/> says what to write.</summary>
    public static ImmutableArray<InventoryRow>? Parse(string inventory, string pool, out string? error)
    {
        var parts = inventory[Prefix.Length..].Split(':');
        var size = parts[0].Split('x');
        var model = parts.Length > 1 ? parts[1] : DefaultModel;
        if (parts.Length > 2 || size.Length != 2 || !InventoryNames.IsModel(model)
            || !int.TryParse(size[0], NumberStyles.None, CultureInfo.InvariantCulture, out var nodes) || nodes is < 1 or > InventoryCsv.MaxNodes
            || !int.TryParse(size[1], NumberStyles.None, CultureInfo.InvariantCulture, out var gpus) || gpus > 64)
        {
            error = $"Inventory is \"{inventory}\": write synthetic:NODESxGPUS or synthetic:NODESxGPUS:MODEL, with 1 to {InventoryCsv.MaxNodes} nodes of 0 to 64 GPUs.";
            return null;
        }

        error = null;
        var share = gpus == 0 ? 8 : gpus;
        return
        [
            .. Enumerable.Range(1, nodes).Select(i => new InventoryRow(new PoolId(pool), null, null, new NodeSpec
            {
                Name = new NodeId(string.Create(CultureInfo.InvariantCulture, $"node-{i:00000}")),
                CpuMilli = share * CpuMilliPerGpu,
                MemoryMiB = share * MemoryMiBPerGpu,
                Gpus = gpus,
                GpuModel = gpus == 0 ? "" : model,
            })),
        ];
    }
}
