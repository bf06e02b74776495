using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>What one rack has free on schedulable nodes.</summary>
/// <param name="Rack">The rack.</param>
/// <param name="Block">Its network block.</param>
/// <param name="Nodes">Its nodes.</param>
/// <param name="SchedulableNodes">Of these, the ones that take new work.</param>
/// <param name="FreeWholeNodes">Nodes with GPUs, none of them used.</param>
/// <param name="FreeWholeGpus">GPUs that nobody uses.</param>
/// <param name="FreeGpuMilli">Free GPU in thousandths, with what is left of shared ones.</param>
public readonly record struct RackFree(
    RackId Rack,
    string Block,
    int Nodes,
    int SchedulableNodes,
    int FreeWholeNodes,
    int FreeWholeGpus,
    long FreeGpuMilli);
