using Scheduling.Model;

namespace Gateway.Hollow;

/// <summary>One machine as an inventory lists it. Block and rack are null when the inventory leaves them to us.</summary>
internal sealed record InventoryRow(PoolId Pool, string? Block, string? Rack, NodeSpec Node)
{
    /// <summary>How many nodes its rack holds back as spares; all rows of a rack say the same.</summary>
    public int Spares { get; init; }
}
