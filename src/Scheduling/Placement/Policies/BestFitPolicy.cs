using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// The node that has least CPU and GPU left afterwards, each as a part of the largest machine (128 cores, 8 GPUs). Best fit in more than one
/// dimension as in Panigrahy et al., "Heuristics for Vector Bin Packing", 2011; numbers as in hkust-adsl/kubernetes-scheduler-simulator.
/// </summary>
public sealed class BestFitPolicy : IScoringPolicy
{
    public string Name => "BestFit";

    public bool ByPosition => false;

    public bool UsesDemand => false;

    public NodeRating Rate(in NodeFree node, WorkerShape shape, Demand demand)
    {
        var cpu = (node.CpuMilli - shape.CpuMilli) / LargestMachine.CpuMilli;
        var gpu = (node.GpuMilli - NodeFit.GpuMilli(shape)) / LargestMachine.GpuMilli;
        return new NodeRating(Math.Floor(100 * (1 - (cpu + gpu) / 2)), NodeFit.UsualGpu(node, shape));
    }
}

/// <summary>What the published policies measure CPU and GPU by.</summary>
internal static class LargestMachine
{
    public const double CpuMilli = 128_000;

    public const double GpuMilli = 8_000;
}
