using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Benchmarks.OpenB;

/// <summary>The published metric: allocated GPU in per cent, averaged at every per cent of arrived GPU.</summary>
internal sealed class AllocationCurve(long gpuMilli)
{
    /// <summary>The metric's last point: arrivals of 130 % of the cluster's GPUs.</summary>
    public const int LastPoint = 130;

    private readonly double[] sums = new double[LastPoint + 1];
    private readonly int[] counts = new int[LastPoint + 1];
    private long arrived;
    private long allocated;

    /// <summary>Allocated GPU in per cent at every per cent of arrived GPU; NaN where no arrival fell.</summary>
    public double[] Points => [.. sums.Zip(counts, (sum, count) => count == 0 ? double.NaN : sum / count)];

    public static long MilliOf(IEnumerable<OpenbNode> nodes) => nodes.Sum(n => n.Gpus) * (long)WorkerShape.WholeGpu;

    public void Add(WorkerShape pod, bool placed)
    {
        arrived += NodeFit.GpuMilli(pod);
        if (placed) allocated += NodeFit.GpuMilli(pod);
        var x = (int)Math.Round(100.0 * arrived / gpuMilli);
        if (x > LastPoint) return;
        sums[x] += 100.0 * allocated / gpuMilli;
        counts[x]++;
    }
}
