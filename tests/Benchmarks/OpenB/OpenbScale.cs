using System.Diagnostics;
using System.Globalization;
using Benchmarks.Placement;
using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Benchmarks.OpenB;

/// <summary>
/// What a decision costs as the cluster grows: openb's nodes repeated, openb's pods, 90 % of the GPUs taken, each new pod preceded by the end of
/// random ones. Microseconds of thread CPU per place + release.
/// </summary>
internal static class OpenbScale
{
    private const double Full = 0.9;

    public static int Run(TextWriter output, OpenbNode[] nodes, OpenbList list)
    {
        output.WriteLine("Microseconds of thread CPU per place + release, and per pod while filling up; openb's nodes and pods, 90 % full.");
        output.WriteLine("| policy | nodes | place + release | fill |");
        output.WriteLine("|---|---:|---:|---:|");
        foreach (var policy in new[] { ScoringPolicies.Foresight, ScoringPolicies.ByName["FGD"], ScoringPolicies.ByName["BestFit"] })
            foreach (var count in new[] { 1_000, 10_000, 100_000 })
                output.WriteLine(new Cluster(nodes, list, policy, count).Measure(policy.Name));
        return 0;
    }

    private sealed class Cluster
    {
        private readonly PolicyNodeIndex index;
        private readonly OpenbNode[] nodes;
        private readonly WorkerShape[] pods;
        private readonly short[][] left;
        private readonly (long Cpu, long Memory)[] free;
        private readonly List<(int Node, ulong Gpus, WorkerShape Shape)> running = [];
        private readonly Random random = new(42);
        private readonly long limit;
        private long used;

        public Cluster(OpenbNode[] kinds, OpenbList list, IScoringPolicy policy, int count)
        {
            // Every row repeated in turn: the mix of the whole cluster at any size.
            nodes = [.. Enumerable.Range(0, count).Select(i => kinds[i * 7 % kinds.Length])];
            pods = list.Pods;
            index = new PolicyNodeIndex(policy, shapesKept: 1024) { Demand = Demand.Of(pods.Select(p => (p, 1L)), 0.95) };
            left = [.. nodes.Select(n => Enumerable.Repeat((short)WorkerShape.WholeGpu, n.Gpus).ToArray())];
            free = [.. nodes.Select(n => ((long)n.CpuMilli, (long)n.MemoryMiB))];
            limit = (long)(nodes.Sum(n => n.Gpus) * Full * WorkerShape.WholeGpu);
            for (var i = 0; i < count; i++) Show(i);
        }

        public string Measure(string name)
        {
            var begin = ThreadClock.Now();
            var filled = 0;
            while (used < limit && TryPlace(Draw())) filled++;
            var fill = (ThreadClock.Now() - begin) / 1000.0 / Math.Max(1, filled);
            Churn(2_000);
            var least = double.MaxValue;
            for (var batch = 0; batch < 3; batch++) least = Math.Min(least, Churn(4_000));
            return string.Create(CultureInfo.InvariantCulture, $"| {name} | {nodes.Length:N0} | {least:F1} | {fill:F1} |");
        }

        private WorkerShape Draw() => pods[random.Next(pods.Length)];

        private double Churn(int steps)
        {
            var begin = ThreadClock.Now();
            var placed = 0;
            for (var i = 0; i < steps; i++)
            {
                var pod = Draw();
                while (used + NodeFit.GpuMilli(pod) > limit) End(random.Next(running.Count));
                // CPU-only pods would pile up: one ends for each that comes.
                if (pod.Gpus == 0 && running.Count > 0) End(random.Next(running.Count));
                if (TryPlace(pod)) placed++;
            }

            Debug.Assert(placed > 0);
            return (ThreadClock.Now() - begin) / 1000.0 / placed;
        }

        private bool TryPlace(WorkerShape pod)
        {
            var (node, gpu) = index.FindBest(pod);
            if (node < 0) return false;
            ulong gpus = 0;
            for (var (i, more) = (0, pod.Gpus); more > 0; i++)
            {
                if (pod.IsFractional ? i != gpu : left[node][i] != WorkerShape.WholeGpu) continue;
                gpus |= 1UL << i;
                more--;
            }

            Apply(node, gpus, pod, 1);
            running.Add((node, gpus, pod));
            return true;
        }

        private void End(int at)
        {
            var (node, gpus, pod) = running[at];
            running[at] = running[^1];
            running.RemoveAt(running.Count - 1);
            Apply(node, gpus, pod, -1);
        }

        private void Apply(int node, ulong gpus, WorkerShape pod, int sign)
        {
            for (var gpu = 0; gpu < left[node].Length; gpu++)
                if ((gpus >> gpu & 1) != 0) left[node][gpu] -= (short)(sign * pod.GpuMilli);
            free[node] = (free[node].Cpu - sign * pod.CpuMilli, free[node].Memory - sign * pod.MemoryMiB);
            used += sign * NodeFit.GpuMilli(pod);
            Show(node);
        }

        private void Show(int node) => index.Set(node, new NodeFree(nodes[node].Model, free[node].Cpu, free[node].Memory, left[node]));
    }
}
