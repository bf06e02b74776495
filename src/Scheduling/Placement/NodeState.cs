namespace Scheduling.Placement;

/// <summary>What one node has left. 32 bytes: two nodes to a cache line.</summary>
internal struct NodeState
{
    /// <summary>A bit per GPU that nobody uses.</summary>
    public ulong Free;

    /// <summary>A bit per GPU that fractional workers share.</summary>
    public ulong Shared;

    /// <summary>Thousandths of a core. Negative when the node shrank under its workers.</summary>
    public long Cpu;

    /// <summary>MiB.</summary>
    public long Memory;

    public static bool Same(in NodeState a, in NodeState b) => a.Free == b.Free && a.Shared == b.Shared && a.Cpu == b.Cpu && a.Memory == b.Memory;
}
