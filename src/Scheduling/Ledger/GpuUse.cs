namespace Scheduling.Ledger;

/// <summary>What a GPU's time went to. Each moment of each GPU is exactly one of these (I17).</summary>
[GenerateSerializer]
public enum GpuUse
{
    /// <summary>A gang ran on it, and its work was kept (so far).</summary>
    Productive = 0,

    /// <summary>Allocated to a gang that has not started, or is stopping.</summary>
    Startup = 1,

    /// <summary>A gang ran on it, and its work was thrown away.</summary>
    Lost = 2,

    /// <summary>Held for a gang on its way, or reserved.</summary>
    Held = 3,

    /// <summary>Free, but beside something in use: no gang that wants whole nodes can have it.</summary>
    Fragmented = 4,

    /// <summary>Free on a machine that takes no new work.</summary>
    Unhealthy = 5,

    /// <summary>Free.</summary>
    Idle = 6,
}
