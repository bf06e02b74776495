using Scheduling.Model;

namespace Scheduling.Tests.Placement.Policies;

/// <summary>A node in the plainest form.</summary>
internal sealed record PlainState(string Model, long Cpu, long Memory, int[] Left, int[] Kinds);

/// <summary>
/// The rules of REPLAY_RULES.md, section A, written down once more as plainly as possible: exact fractions, lists, no shared code. Fractions are kind 0.
/// </summary>
internal static class PlainPolicies
{
    public static bool Fits(PlainState node, WorkerShape pod) =>
        node.Cpu >= pod.CpuMilli && node.Memory >= pod.MemoryMiB
        && (pod.GpuModels.IsEmpty || pod.GpuModels.Any(m => m == node.Model))
        && node.Left.Count(l => l >= (pod.Gpus == 0 ? 0 : pod.GpuMilli)) >= pod.Gpus;

    public static (double Score, int Gpu) Rate(string policy, PlainState node, WorkerShape pod, List<(WorkerShape Pod, double Weight)> demand)
    {
        var sum = node.Left.Sum();
        var ask = pod.Gpus == 0 ? 0 : pod.Gpus * pod.GpuMilli;
        var gpu = -1;
        if (pod.IsFractional)
        {
            var least = node.Left.Where(l => l >= pod.GpuMilli).Min();
            gpu = Array.IndexOf(node.Left, least);
        }

        switch (policy)
        {
            case "BestFit":
                // 100 (1 - (c/128000 + g/8000) / 2) over the common denominator of 256,000; the product code rounds doubles, hence the decimal.
                return ((double)decimal.Floor(100m * (256_000m - (node.Cpu - pod.CpuMilli) - 16m * (sum - ask)) / 256_000m), gpu);
            case "DotProd":
                var dot = (decimal)node.Cpu * pod.CpuMilli / 128_000m / 128_000m + (decimal)sum * ask / 8_000m / 8_000m;
                return ((double)decimal.Floor(100m * (1m - dot / 2m)), gpu);
            case "GpuPacking":
                return (Packing(node, pod, gpu), gpu);
            case "GpuClustering":
                return (Clustering(node, pod, sum), gpu);
            default:
                return Steepest(policy, node, pod, demand);
        }
    }

    private static int Packing(PlainState node, WorkerShape pod, int gpu)
    {
        if (pod.Gpus == 0) return 0;
        var free = node.Left.Count(l => l == 1000);
        if (free == node.Left.Length) return Math.Max(33 - free, free);
        if (gpu >= 0 && node.Left[gpu] < 1000) return Math.Max(100 - node.Left[gpu] / 10 / 10, 50);
        return Math.Max(50 - pod.Gpus, 33);
    }

    private static int Clustering(PlainState node, WorkerShape pod, int sum)
    {
        if (pod.Gpus == 0) return 0;
        var kind = pod.IsFractional ? 0 : pod.Gpus;
        var company = node.Kinds.Length == 0 ? 25 : !node.Kinds.Contains(kind) ? 0 : node.Kinds.Length == 1 ? 75 : 50;
        return company + 25 * (8000 - sum) / 8000;
    }

    private static (double Score, int Gpu) Steepest(string policy, PlainState node, WorkerShape pod, List<(WorkerShape Pod, double Weight)> demand)
    {
        var best = (Score: double.NegativeInfinity, Gpu: -1);
        IEnumerable<int[]> ways = pod.IsFractional
            ? Enumerable.Range(0, node.Left.Length).Where(g => node.Left[g] >= pod.GpuMilli).Select(g => new[] { g })
            : [Enumerable.Range(0, node.Left.Length).Where(g => node.Left[g] == 1000).Take(pod.Gpus).ToArray()];
        foreach (var way in ways)
        {
            var after = node with { Cpu = node.Cpu - pod.CpuMilli, Left = [.. node.Left.Select((l, g) => way.Contains(g) ? l - pod.GpuMilli : l)] };
            var score = policy == "FGD"
                ? Math.Floor(100 / (1 + Math.Exp(-(Unusable(node, demand) - Unusable(after, demand)) / 1000)))
                : Foresight(node, after, pod, demand);
            if (score > best.Score) best = (score, pod.IsFractional ? way[0] : -1);
        }

        return best;
    }

    private static double Unusable(PlainState node, List<(WorkerShape Pod, double Weight)> demand) => demand.Sum(d =>
        d.Weight * (d.Pod.Gpus == 0 || !Fits(node, d.Pod with { MemoryMiB = 0 }) ? node.Left.Sum() : node.Left.Where(l => l < d.Pod.GpuMilli).Sum()));

    private static double Foresight(PlainState before, PlainState after, WorkerShape pod, List<(WorkerShape Pod, double Weight)> demand)
    {
        var score = Idle(before, demand) - Idle(after, demand);
        if (pod.Gpus == 0) return score - 0.01 * before.Left.Sum();
        var waste = before.Left.Sum(l => l - Used(l, demand)) - after.Left.Sum(l => l - Used(l, demand));
        return score + 16 * waste + 5 * after.Cpu / 1000.0;
    }

    /// <summary>What stays idle when the node is filled with copies of one class, one by one, until no more fits.</summary>
    private static double Idle(PlainState node, List<(WorkerShape Pod, double Weight)> demand)
    {
        double sum = 0;
        foreach (var (pod, weight) in demand)
        {
            if (pod.Gpus == 0) continue;
            var (left, cpu) = (node.Left.ToArray(), node.Cpu);
            var open = pod.GpuModels.IsEmpty || pod.GpuModels.Contains(node.Model);
            while (open && cpu >= pod.CpuMilli && left.Count(l => l >= pod.GpuMilli) >= pod.Gpus)
            {
                cpu -= pod.CpuMilli;
                for (var i = 0; i < pod.Gpus; i++) left[Array.FindIndex(left, l => l >= pod.GpuMilli)] -= pod.GpuMilli;
            }

            sum += weight * left.Sum();
        }

        return sum;
    }

    private static readonly Dictionary<object, double[]> KnownUse = [];

    /// <summary>What 64 draws from the GPU classes of the demand use of a rest on average.</summary>
    private static double Used(int left, List<(WorkerShape Pod, double Weight)> demand)
    {
        if (!KnownUse.TryGetValue(demand, out var used))
        {
            var gpu = demand.Where(d => d.Pod.Gpus > 0).ToList();
            var all = gpu.Sum(d => d.Weight);
            used = new double[1001];
            for (var draw = 0; draw < 64 && gpu.Count > 0; draw++)
            {
                var last = used;
                used = [.. Enumerable.Range(0, 1001).Select(l => gpu.Sum(d => d.Weight / all * (d.Pod.GpuMilli <= l ? d.Pod.GpuMilli + last[l - d.Pod.GpuMilli] : last[l])))];
            }

            KnownUse[demand] = used;
        }

        return used[left];
    }
}
