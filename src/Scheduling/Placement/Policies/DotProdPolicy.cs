using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// The node of which the free CPU and GPU are least like what the worker asks for, by their dot product. After Grandl et al., "Multi-resource
/// packing for cluster schedulers" (Tetris), SIGCOMM 2014; numbers as in hkust-adsl/kubernetes-scheduler-simulator.
/// </summary>
public sealed class DotProdPolicy : IScoringPolicy
{
    public string Name => "DotProd";

    public bool ByPosition => false;

    public bool UsesDemand => false;

    public NodeRating Rate(in NodeFree node, WorkerShape shape, Demand demand)
    {
        var cpu = node.CpuMilli / LargestMachine.CpuMilli * (shape.CpuMilli / LargestMachine.CpuMilli);
        var gpu = node.GpuMilli / LargestMachine.GpuMilli * (NodeFit.GpuMilli(shape) / LargestMachine.GpuMilli);
        return new NodeRating(Math.Floor(100 * (1 - (cpu + gpu) / 2)), NodeFit.UsualGpu(node, shape));
    }
}
