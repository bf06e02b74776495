using System.Collections.Immutable;
using Gateway.Backends;
using Microsoft.Extensions.Options;

namespace Gateway.Hollow;

/// <summary>Hollow machines from a CSV file, read again each time, or from a synthetic inventory.</summary>
internal sealed class InventoryNodeSource(IOptions<HollowOptions> options) : INodeSource
{
    private readonly HollowOptions _options = options.Value;

    public string Name => "Hollow inventory " + _options.Inventory;

    public async Task<ClusterInventory> Read(CancellationToken cancellationToken)
    {
        var inventory = _options.Inventory!;
        if (SyntheticInventory.IsSynthetic(inventory))
        {
            return Of(SyntheticInventory.Parse(inventory, _options.Pool, out var error) ?? throw new InventoryException(error!));
        }

        string text;
        try
        {
            text = await File.ReadAllTextAsync(inventory, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InventoryException($"{inventory}: {e.Message}", e);
        }

        using var reader = new StringReader(text);
        return Of(InventoryCsv.Read(reader, inventory, _options.Pool));
    }

    private static ClusterInventory Of(ImmutableArray<InventoryRow> rows) => new() { Racks = RackBuilder.Build(rows) };
}
