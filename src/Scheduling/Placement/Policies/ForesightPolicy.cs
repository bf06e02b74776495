using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>
/// Ours among the policies that rate nodes: looks past the next arrival. It asks what the node could still be filled with, not only whether one more worker fits.
/// </summary>
/// <remarks>
/// A node's loss is the GPU on it that will stay unused. Stranded: filled with nothing but one class of the demand, so much stays idle because
/// CPU, whole GPUs or the model run out; the mean over the classes. Wasted: what is left of each GPU after many fractions were offered to it.
/// The node whose loss grows least wins; GPU workers also go where most CPU is left, because GPUs strand where CPU runs out first, and
/// CPU-only workers where fewest GPUs are idle. FGD (USENIX ATC 2023) asks only whether the next arrival fits; the steepest descent is its idea.
/// </remarks>
public sealed class ForesightPolicy : IScoringPolicy
{
    /// <summary>Weight of the waste inside GPUs against GPUs stranded on the node: what a fraction leaves unusable is certain, the rest is expected.</summary>
    private const double WasteWeight = 16;

    /// <summary>Thousandths of GPU that a core left is worth to a GPU worker.</summary>
    private const double CoreWorth = 5;

    /// <summary>What a CPU-only worker pays per idle GPU beside it: it decides between nodes that are equal otherwise.</summary>
    private const double IdleGpuPrice = 0.01;

    public string Name => "Foresight";

    public bool ByPosition => false;

    public bool UsesDemand => true;

    public NodeRating Rate(in NodeFree node, WorkerShape shape, Demand demand)
    {
        var models = demand.ModelBit(node.Model);
        var before = new Rest(node.GpuLeft, demand);
        var cpu = node.CpuMilli - shape.CpuMilli;
        var loss = Loss(node.CpuMilli, models, before, demand);
        if (shape.Gpus == 0) return new NodeRating(loss - Loss(cpu, models, before, demand) - IdleGpuPrice * before.Milli, -1);
        var spare = CoreWorth * cpu / 1000;
        Span<short> left = stackalloc short[node.GpuLeft.Length];
        node.GpuLeft.CopyTo(left);
        if (!shape.IsFractional)
        {
            NodeFit.Take(left, shape, -1);
            return new NodeRating(loss - Loss(cpu, models, new Rest(left, demand), demand) + spare, -1);
        }

        var best = new NodeRating(double.NegativeInfinity, -1);
        for (var gpu = 0; gpu < left.Length; gpu++)
        {
            if (left[gpu] < shape.GpuMilli || node.GpuLeft[..gpu].Contains(left[gpu])) continue;
            left[gpu] -= (short)shape.GpuMilli;
            var score = loss - Loss(cpu, models, new Rest(left, demand), demand) + spare;
            left[gpu] += (short)shape.GpuMilli;
            if (score > best.Score) best = new NodeRating(score, gpu);
        }

        return best;
    }

    private static double Loss(long cpuMilli, ulong models, in Rest rest, Demand demand) =>
        Stranded(cpuMilli, models, rest, demand) + WasteWeight * rest.Waste;

    /// <summary>The expected thousandths of a node's free GPU that stay idle when it is filled with one class of the demand.</summary>
    private static double Stranded(long cpuMilli, ulong models, in Rest rest, Demand demand)
    {
        if (rest.Milli == 0) return 0;
        double sum = 0;
        foreach (ref readonly var wanted in demand.Classes)
        {
            if (wanted.Gpus == 0) continue;
            long fit = 0;
            if ((wanted.Models & models) != 0)
            {
                fit = wanted.GpuMilli < WorkerShape.WholeGpu ? rest.Fractions(wanted.GpuMilli) : rest.Free / wanted.Gpus;
                if (fit * wanted.CpuMilli > cpuMilli) fit = cpuMilli / wanted.CpuMilli;
            }

            sum += wanted.Weight * (rest.Milli - fit * wanted.Gpus * wanted.GpuMilli);
        }

        return sum;
    }

    /// <summary>A node's GPUs summed up.</summary>
    private readonly ref struct Rest
    {
        private readonly ReadOnlySpan<short> left;

        public Rest(ReadOnlySpan<short> left, Demand demand)
        {
            this.left = left;
            foreach (var milli in left)
            {
                Milli += milli;
                Waste += demand.WasteOf(milli);
                if (milli == WorkerShape.WholeGpu) Free++;
            }
        }

        public int Milli { get; }

        /// <summary>GPUs that nobody uses.</summary>
        public int Free { get; }

        public double Waste { get; }

        public int Fractions(int milli)
        {
            var fit = 0;
            foreach (var rest in left)
                if (rest >= milli) fit += rest / milli;
            return fit;
        }
    }
}
