using System.Collections.Immutable;
using System.Globalization;
using Gateway.Backends;
using Scheduling.Model;

namespace Gateway.Hollow;

/// <summary>
/// Puts machines into racks and racks into blocks where the inventory does not say. Racks are of one model and shape, blocks of
/// one model; names are counted through per pool and model ("t4-r03" in "t4-b01"), so the same list always gives the same racks, and
/// machines added at the end of a shape's list leave the others where they are.
/// </summary>
internal static class RackBuilder
{
    /// <summary>Machines in a rack that we make. An inventory's own racks may have up to <see cref="RackSpec.MaxNodes"/>.</summary>
    public const int NodesPerRack = 32;

    public const int RacksPerBlock = 16;

    /// <exception cref="InventoryException">A rack is too large, or stands in two blocks.</exception>
    public static ImmutableArray<RackSpec> Build(IEnumerable<InventoryRow> rows)
    {
        var racks = new List<RackSpec>();
        foreach (var pool in rows.GroupBy(r => r.Pool))
        {
            racks.AddRange(pool.Where(r => r.Rack is not null).GroupBy(r => r.Rack!).Select(Named));
            racks.AddRange(pool.Where(r => r.Rack is null).GroupBy(r => InventoryNames.OfModel(r.Node.GpuModel)).SelectMany(Counted));
        }

        racks.Sort((a, b) => string.CompareOrdinal(a.Rack.Value, b.Rack.Value));
        return racks.Zip(racks.Skip(1)).FirstOrDefault(p => p.First.Rack == p.Second.Rack) is { First: { } twice }
            ? throw new InventoryException($"Rack {twice.Rack} is named in the inventory and also made for rows without a rack: name every row's rack, or none.")
            : [.. racks];
    }

    private static RackSpec Named(IGrouping<string, InventoryRow> rack)
    {
        var first = rack.First();
        var blocks = rack.Select(r => r.Block ?? "").Distinct().ToList();
        if (blocks.Count > 1)
        {
            throw new InventoryException($"Rack {rack.Key} stands in blocks \"{blocks[0]}\" and \"{blocks[1]}\": a rack is in one block.");
        }

        if (rack.FirstOrDefault(r => r.Spares != first.Spares) is { } other)
        {
            throw new InventoryException($"Rack {rack.Key} has {first.Spares} spares at node {first.Node.Name} and {other.Spares} at {other.Node.Name}: write the same in every row of a rack.");
        }

        var nodes = rack.Select(r => r.Node).ToImmutableArray();
        return nodes.Length <= RackSpec.MaxNodes
            ? new RackSpec { Rack = RackId.Of(first.Pool, rack.Key), Block = blocks[0].Length > 0 ? blocks[0] : "b01", Nodes = nodes, Spares = first.Spares }
            : throw new InventoryException($"Rack {rack.Key} has {nodes.Length} nodes: at most {RackSpec.MaxNodes} fit.");
    }

    private static IEnumerable<RackSpec> Counted(IGrouping<string, InventoryRow> model)
    {
        var shapes = model.GroupBy(r => (r.Block, r.Node.Gpus, r.Node.CpuMilli, r.Node.MemoryMiB, Labels: Text(r.Node.Labels), Taints: Text(r.Node.Taints), Tenants: string.Join(';', r.Node.Tenants), r.Spares))
            .OrderBy(s => s.Key.Block, StringComparer.Ordinal)
            .ThenByDescending(s => s.Key.Gpus).ThenByDescending(s => s.Key.CpuMilli).ThenByDescending(s => s.Key.MemoryMiB)
            .ThenBy(s => s.Key.Labels, StringComparer.Ordinal).ThenBy(s => s.Key.Taints, StringComparer.Ordinal)
            .ThenBy(s => s.Key.Tenants, StringComparer.Ordinal).ThenBy(s => s.Key.Spares);
        var chunks = shapes.SelectMany(s => s.Chunk(NodesPerRack));
        return chunks.Select((nodes, i) => new RackSpec
        {
            Rack = RackId.Of(nodes[0].Pool, Count(model.Key, 'r', i)),
            Block = nodes[0].Block ?? Count(model.Key, 'b', i / RacksPerBlock),
            Nodes = [.. nodes.Select(n => n.Node)],
            Spares = nodes[0].Spares,
        });
    }

    private static string Count(string model, char kind, int index) => string.Create(CultureInfo.InvariantCulture, $"{model}-{kind}{index + 1:00}");

    private static string Text(ImmutableArray<Label> labels) => string.Join(';', labels);
}
