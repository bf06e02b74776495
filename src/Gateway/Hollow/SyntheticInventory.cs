using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Model;

namespace Gateway.Hollow;

/// <summary>
/// A cluster of equal machines for benchmarks, from "synthetic:NODESxGPUS[:MODEL][:rack=N][:spares=N][:domains=N]": nodes in a rack (32), how
/// many of them are held as spares (0), NVLink domains in a rack (1).
/// </summary>
internal static class SyntheticInventory
{
    private const string Prefix = "synthetic:";
    private const string DefaultModel = "H100";
    private const int RacksPerBlock = 16;

    /// <summary>Thousandths of a core and MiB that come with each GPU; a machine without GPUs has eight times that.</summary>
    private const long CpuMilliPerGpu = 12_000;
    private const long MemoryMiBPerGpu = 131_072;

    public static bool IsSynthetic(string inventory) => inventory.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Null when it cannot be read; then <paramref name="error"/> says what to write.</summary>
    public static ImmutableArray<InventoryRow>? Parse(string inventory, string pool, out string? error)
    {
        var parts = inventory[Prefix.Length..].Split(':');
        var size = parts[0].Split('x');
        var words = parts.Skip(1).Where(p => !p.Contains('=', StringComparison.Ordinal)).ToList();
        var model = words.Count > 0 ? words[0] : DefaultModel;
        var options = new Dictionary<string, int>(StringComparer.Ordinal) { ["rack"] = 0, ["spares"] = 0, ["domains"] = 1 };
        if (words.Count > 1 || size.Length != 2 || !InventoryNames.IsModel(model) || !ReadOptions(parts, options)
            || !Number(size[0], 1, InventoryCsv.MaxNodes, out var nodes) || !Number(size[1], 0, 64, out var gpus))
        {
            error = $"Inventory is \"{inventory}\": write synthetic:NODESxGPUS or synthetic:NODESxGPUS:MODEL, with 1 to {InventoryCsv.MaxNodes} nodes of 0 to 64 GPUs, "
                + $"and after it, if wanted, :rack=N, :spares=N and :domains=N with at most {RackSpec.MaxNodes} each.";
            return null;
        }

        error = null;
        return [.. Enumerable.Range(0, nodes).Select(i => Row(i, gpus, model, new PoolId(pool), options))];
    }

    private static InventoryRow Row(int number, int gpus, string model, PoolId pool, Dictionary<string, int> options)
    {
        var share = gpus == 0 ? 8 : gpus;
        var perRack = options["rack"] == 0 ? RackBuilder.NodesPerRack : options["rack"];
        var rack = number / perRack;
        var domain = number % perRack * options["domains"] / perRack;
        var node = new NodeSpec
        {
            Name = new NodeId(Text($"node-{number + 1:00000}")),
            CpuMilli = share * CpuMilliPerGpu,
            MemoryMiB = share * MemoryMiBPerGpu,
            Gpus = gpus,
            GpuModel = gpus == 0 ? "" : model,
            Domain = options["domains"] > 1 ? Text($"d{domain + 1}") : "",
        };
        return options["rack"] == 0
            ? new InventoryRow(pool, null, null, node) { Spares = options["spares"] }
            : new InventoryRow(pool, Text($"b{rack / RacksPerBlock + 1:000}"), Text($"r{rack + 1:00000}"), node) { Spares = options["spares"] };
    }

    private static bool ReadOptions(string[] parts, Dictionary<string, int> options)
    {
        foreach (var option in parts.Skip(1).Where(p => p.Contains('=', StringComparison.Ordinal)).Select(p => p.Split('=')))
        {
            if (option.Length != 2 || !options.ContainsKey(option[0]) || !Number(option[1], option[0] == "spares" ? 0 : 1, RackSpec.MaxNodes, out var value))
            {
                return false;
            }

            options[option[0]] = value;
        }

        return true;
    }

    private static bool Number(string text, int least, int most, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
