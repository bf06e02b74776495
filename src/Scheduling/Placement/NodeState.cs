namespace Scheduling.Placement;

/// <summary>What one node has left. 16 bytes, four nodes to a cache line: big pools are bound by memory, not by arithmetic.</summary>
internal struct NodeState
{
    /// <summary>A bit per GPU that nobody uses.</summary>
    public ulong Free;

    /// <summary>Thousandths of a core. Negative when the node shrank under its workers.</summary>
    public int Cpu;

    /// <summary>MiB.</summary>
    public int Memory;
}
