namespace Scheduling.Placement;

/// <summary>What can rule a node out, in the order in which a node is asked.</summary>
public enum PlacementConstraint
{
    /// <summary>None of the GPU models it may run on.</summary>
    GpuModel = 0,

    /// <summary>A label that the worker asks for is missing.</summary>
    NodeSelector = 1,

    /// <summary>A taint that the worker does not tolerate.</summary>
    Taint = 2,

    /// <summary>The node takes no new work.</summary>
    Unschedulable = 3,

    /// <summary>Fewer wholly free GPUs than one worker needs.</summary>
    Gpu = 4,

    /// <summary>No GPU with enough left for one fractional worker.</summary>
    GpuFraction = 5,

    /// <summary>Less free CPU than one worker needs.</summary>
    Cpu = 6,

    /// <summary>Less free memory than one worker needs.</summary>
    Memory = 7,

    /// <summary>A worker fits, but the node is outside the domain that has most room.</summary>
    Topology = 8,

    /// <summary>The node is dedicated to other tenants. Asked first.</summary>
    Tenant = 9,

    /// <summary>The node is held as a spare.</summary>
    Spare = 10,

    /// <summary>A worker fits, but others of the job's set are there.</summary>
    Spread = 11,

    /// <summary>Its required node affinity allows other nodes only.</summary>
    NodeAffinity = 12,

    /// <summary>Less of an extended resource than one worker needs. Asked last of what a node has; what it does not even have when empty, after its taints.</summary>
    Extended = 13,
}
