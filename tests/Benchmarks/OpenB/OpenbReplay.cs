using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Benchmarks.OpenB;

/// <summary>
/// Pods one at a time, none leaves, on a policy's choice of node (REPLAY_RULES.md, A). Every pod that fits somewhere is placed.
/// </summary>
internal sealed class OpenbReplay
{
    private readonly PolicyNodeIndex index;
    private readonly OpenbNode[] nodes;
    private readonly short[][] left;
    private readonly (long Cpu, long Memory, ulong Kinds)[] free;
    private readonly DemandLearner? learner;

    /// <param name="nodes">In tie-break order.</param>
    /// <param name="policy">Chooses.</param>
    /// <param name="demand">What the policy is told to expect; null: it learns from the arrivals.</param>
    public OpenbReplay(OpenbNode[] nodes, IScoringPolicy policy, Demand? demand)
    {
        this.nodes = nodes;
        index = new PolicyNodeIndex(policy, shapesKept: 4096);
        if (demand is null) learner = new DemandLearner();
        else index.Demand = demand;
        left = [.. nodes.Select(n => Enumerable.Repeat((short)WorkerShape.WholeGpu, n.Gpus).ToArray())];
        free = [.. nodes.Select(n => ((long)n.CpuMilli, (long)n.MemoryMiB, 0UL))];
        for (var i = 0; i < nodes.Length; i++) Show(i);
    }

    /// <summary>Where each arrival went: node position and GPUs, or -1. Null unless asked for.</summary>
    public List<(int Node, ulong Gpus)>? Log { get; init; }

    /// <summary>Pods for which no node was found.</summary>
    public int Unplaced { get; private set; }

    /// <summary>Allocated GPU in per cent at every per cent of arrived GPU; NaN where no arrival fell.</summary>
    public double[] Run(IEnumerable<WorkerShape> pods)
    {
        var curve = new AllocationCurve(AllocationCurve.MilliOf(nodes));
        foreach (var pod in pods)
        {
            if (learner is not null)
            {
                learner.Saw(pod);
                index.Demand = learner.Current;
            }

            var placed = Place(pod);
            if (!placed) Unplaced++;
            curve.Add(pod, placed);
        }

        return curve.Points;
    }

    private bool Place(WorkerShape pod)
    {
        var (node, gpu) = index.FindBest(pod);
        if (node < 0)
        {
            Log?.Add((-1, 0));
            return false;
        }

        ulong gpus = 0;
        for (var (i, more) = (0, pod.Gpus); more > 0; i++)
        {
            if (pod.IsFractional ? i != gpu : left[node][i] != WorkerShape.WholeGpu) continue;
            gpus |= 1UL << i;
            more--;
        }

        NodeFit.Take(left[node], pod, gpu);
        free[node] = (free[node].Cpu - pod.CpuMilli, free[node].Memory - pod.MemoryMiB, free[node].Kinds | NodeFit.KindOf(pod));
        Show(node);
        Log?.Add((node, gpus));
        return true;
    }

    private void Show(int node) => index.Set(node, new NodeFree(nodes[node].Model, free[node].Cpu, free[node].Memory, left[node], free[node].Kinds));
}
