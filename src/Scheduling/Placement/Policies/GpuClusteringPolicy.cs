using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// Workers of the same kind (fractions, one GPU, two GPUs …) together, fuller nodes first. After Xiao et al., "Gandiva", OSDI 2018; numbers as in
/// hkust-adsl/kubernetes-scheduler-simulator.
/// </summary>
public sealed class GpuClusteringPolicy : IScoringPolicy
{
    public string Name => "GpuClustering";

    public bool ByPosition => false;

    public bool UsesDemand => false;

    public NodeRating Rate(in NodeFree node, WorkerShape shape, Demand demand)
    {
        if (shape.Gpus == 0) return new NodeRating(0, -1);
        var kind = NodeFit.KindOf(shape);
        var company = node.Kinds == kind ? 75 : (node.Kinds & kind) != 0 ? 50 : node.Kinds == 0 ? 25 : 0;
        var fullness = 25 * ((int)LargestMachine.GpuMilli - node.GpuMilli) / (int)LargestMachine.GpuMilli;
        return new NodeRating(company + fullness, NodeFit.UsualGpu(node, shape));
    }
}
