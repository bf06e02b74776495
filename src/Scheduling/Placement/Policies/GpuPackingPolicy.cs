using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// GPUs in use before free GPUs, free GPUs of nodes in use before untouched nodes. After Weng et al., "MLaaS in the Wild", NSDI 2022; numbers as
/// in hkust-adsl/kubernetes-scheduler-simulator.
/// </summary>
public sealed class GpuPackingPolicy : IScoringPolicy
{
    private const int UntouchedNode = 33;
    private const int FreeGpu = 50;
    private const int UsedGpu = 100;

    public string Name => "GpuPacking";

    public bool ByPosition => false;

    public bool UsesDemand => false;

    public NodeRating Rate(in NodeFree node, WorkerShape shape, Demand demand)
    {
        if (shape.Gpus == 0) return new NodeRating(0, -1);
        var gpu = NodeFit.UsualGpu(node, shape);
        var free = node.FreeGpus;
        if (free == node.GpuLeft.Length) return new NodeRating(Math.Max(UntouchedNode - free, free), gpu);
        if (gpu < 0) return new NodeRating(Math.Max(FreeGpu - shape.Gpus, UntouchedNode), gpu);
        int left = node.GpuLeft[gpu];
        if (left == WorkerShape.WholeGpu) return new NodeRating(FreeGpu - 1, gpu);
        return new NodeRating(Math.Max(UsedGpu - left * 100 / WorkerShape.WholeGpu / 10, FreeGpu), gpu);
    }
}
