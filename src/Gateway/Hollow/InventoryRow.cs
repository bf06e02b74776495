using Scheduling.Model;

namespace Gateway.Hollow;

/// <summary>One machine as an inventory lists it. Block and rack are null when the inventory leaves them to us.</summary>
internal sealed record InventoryRow(PoolId Pool, string? Block, string? Rack, NodeSpec Node);
