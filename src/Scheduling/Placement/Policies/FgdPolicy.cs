using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// Fragmentation gradient descent: the node whose GPUs lose least use to the expected demand. Weng et al., "Beware of Fragmentation: Scheduling
/// GPU-Sharing Workloads with Fragmentation Gradient Descent", USENIX ATC 2023.
/// </summary>
public sealed class FgdPolicy : IScoringPolicy
{
    public string Name => "FGD";

    // Scores are whole numbers: two GPUs with different rests may be equal, and the first wins.
    public bool ByPosition => true;

    public bool UsesDemand => true;

    public NodeRating Rate(in NodeFree node, WorkerShape shape, Demand demand)
    {
        Span<short> left = stackalloc short[node.GpuLeft.Length];
        node.GpuLeft.CopyTo(left);
        var models = demand.ModelBit(node.Model);
        var before = Unusable(node.CpuMilli, models, left, demand);
        var cpu = node.CpuMilli - shape.CpuMilli;
        if (!shape.IsFractional)
        {
            NodeFit.Take(left, shape, -1);
            return new NodeRating(Score(before, Unusable(cpu, models, left, demand)), -1);
        }

        var best = new NodeRating(-1, -1);
        for (var gpu = 0; gpu < left.Length; gpu++)
        {
            if (left[gpu] < shape.GpuMilli) continue;
            left[gpu] -= (short)shape.GpuMilli;
            var score = Score(before, Unusable(cpu, models, left, demand));
            left[gpu] += (short)shape.GpuMilli;
            if (score > best.Score) best = new NodeRating(score, gpu);
        }

        return best;
    }

    /// <summary>The expected thousandths of GPU left on a node that a worker of the demand could not use.</summary>
    /// <remarks>Summed up by reason first, as the authors do: the last bits of the sum decide some roundings.</remarks>
    public static double Unusable(long cpuMilli, ulong models, ReadOnlySpan<short> left, Demand demand)
    {
        int all = 0;
        foreach (var milli in left) all += milli;
        if (all == 0) return 0;
        double lacksBoth = 0, lacksGpu = 0, lacksCpu = 0, cpuOnly = 0, cpuOnlyLacksCpu = 0, noAccess = 0;
        foreach (ref readonly var wanted in demand.Classes)
        {
            var hasCpu = wanted.CpuMilli <= cpuMilli;
            var amount = wanted.Weight * all;
            if (wanted.Gpus == 0)
            {
                if (hasCpu) cpuOnly += amount;
                else cpuOnlyLacksCpu += amount;
                continue;
            }

            if ((wanted.Models & models) == 0)
            {
                noAccess += amount;
                continue;
            }

            int enough = 0, tooSmall = 0;
            foreach (var milli in left)
            {
                if (milli >= wanted.GpuMilli) enough++;
                else tooSmall += milli;
            }

            if (enough < wanted.Gpus && hasCpu) lacksGpu += amount;
            else if (enough < wanted.Gpus) lacksBoth += amount;
            else if (!hasCpu) lacksCpu += amount;
            else lacksGpu += wanted.Weight * tooSmall;
        }

        return lacksBoth + lacksGpu + lacksCpu + cpuOnly + cpuOnlyLacksCpu + noAccess;
    }

    private static double Score(double before, double after) => Math.Floor(100 / (1 + Math.Exp((after - before) / WorkerShape.WholeGpu)));
}
