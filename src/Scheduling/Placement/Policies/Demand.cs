using Scheduling.Model;

namespace Scheduling.Placement.Policies;

/// <summary>One class of workers that are expected.</summary>
/// <param name="CpuMilli">Thousandths of a core.</param>
/// <param name="Gpus">GPUs.</param>
/// <param name="GpuMilli">Of each GPU, in thousandths; 0 without GPUs.</param>
/// <param name="Models">A bit per GPU model that it may run on, as the demand numbers them.</param>
/// <param name="Weight">Its share of all.</param>
public readonly record struct DemandClass(long CpuMilli, int Gpus, int GpuMilli, ulong Models, double Weight);

/// <summary>
/// The workers that are expected: how often each class of CPU, GPU and allowed models comes. Immutable. Either given, as the published FGD has it,
/// or learned from what has arrived (<see cref="DemandLearner"/>).
/// </summary>
public sealed class Demand
{
    /// <summary>Arrivals offered to each GPU when it is asked how much of it will be used in the end.</summary>
    private const int Offers = 64;

    private readonly DemandClass[] classes;
    private readonly Dictionary<string, ulong> models;
    private readonly float[] waste = new float[WorkerShape.WholeGpu + 1];

    private Demand(DemandClass[] classes, Dictionary<string, ulong> models)
    {
        this.classes = classes;
        this.models = models;
        FindWaste();
    }

    /// <summary>Nothing is known of what will come.</summary>
    public static Demand Unknown { get; } = new([], []);

    /// <summary>The classes, the commonest first; weights sum up to 1.</summary>
    public ReadOnlySpan<DemandClass> Classes => classes;

    /// <summary>
    /// The classes by falling count (of equal counts the larger CPU, GPU fraction, GPUs and model list first) until they make up
    /// <paramref name="part"/> of all. Memory is no part of a class.
    /// </summary>
    public static Demand Of(IEnumerable<(WorkerShape Shape, long Count)> seen, double part)
    {
        var counts = new Dictionary<(long Cpu, int Milli, int Gpus, string Models), long>();
        long all = 0;
        foreach (var (shape, count) in seen)
        {
            var key = shape.Gpus == 0 ? (shape.CpuMilli, 0, 0, "") : (shape.CpuMilli, shape.GpuMilli, shape.Gpus, string.Join('|', shape.GpuModels));
            counts[key] = counts.GetValueOrDefault(key) + count;
            all += count;
        }

        var kept = counts.ToList();
        kept.Sort((a, b) => a.Value != b.Value ? b.Value.CompareTo(a.Value) : Compare(b.Key, a.Key));
        long sum = 0;
        var keep = 0;
        while (keep < kept.Count && sum < part * all) sum += kept[keep++].Value;
        var models = new Dictionary<string, ulong>(StringComparer.Ordinal);
        var classes = new DemandClass[keep];
        for (var i = 0; i < keep; i++)
        {
            var (key, count) = kept[i];
            classes[i] = new DemandClass(key.Cpu, key.Gpus, key.Milli, Allowed(key.Models, models), (double)count / all / ((double)sum / all));
        }

        return new Demand(classes, models);
    }

    /// <summary>The bit of a node's model, to be held against <see cref="DemandClass.Models"/>.</summary>
    internal ulong ModelBit(string model) => models.GetValueOrDefault(model, OtherModel);

    /// <summary>
    /// How much of a GPU's rest stays unused after many arrivals were offered to it, in thousandths. Says nothing of CPU.
    /// </summary>
    public float WasteOf(int left) => waste[left];

    /// <summary>A model that no class names: only the unrestricted may come.</summary>
    private const ulong OtherModel = 1UL << 63;

    private static ulong Allowed(string names, Dictionary<string, ulong> models)
    {
        if (names.Length == 0) return ulong.MaxValue;
        ulong allowed = 0;
        foreach (var name in names.Split('|'))
        {
            // More than 63 models in one demand: the rest share a bit.
            if (!models.TryGetValue(name, out var bit)) models.Add(name, bit = 1UL << Math.Min(models.Count, 62));
            allowed |= bit;
        }

        return allowed;
    }

    private static int Compare((long Cpu, int Milli, int Gpus, string Models) a, (long Cpu, int Milli, int Gpus, string Models) b)
    {
        if (a.Cpu != b.Cpu) return a.Cpu.CompareTo(b.Cpu);
        if (a.Milli != b.Milli) return a.Milli.CompareTo(b.Milli);
        return a.Gpus != b.Gpus ? a.Gpus.CompareTo(b.Gpus) : string.CompareOrdinal(a.Models, b.Models);
    }

    /// <summary>u(left, offers) = sum over classes of weight × (fits ? milli + u(left - milli, offers - 1) : u(left, offers - 1)).</summary>
    private void FindWaste()
    {
        var weights = new double[WorkerShape.WholeGpu + 1];
        double all = 0;
        foreach (var wanted in classes)
        {
            if (wanted.Gpus == 0) continue;
            weights[wanted.GpuMilli] += wanted.Weight;
            all += wanted.Weight;
        }

        var sizes = Enumerable.Range(1, WorkerShape.WholeGpu).Where(m => weights[m] > 0).ToArray();
        var used = new double[waste.Length];
        for (var offer = 0; offer < Offers && sizes.Length > 0; offer++)
        {
            // From the largest rest down: what a smaller rest was worth before this offer is still there.
            for (var left = WorkerShape.WholeGpu; left >= sizes[0]; left--)
            {
                double value = 0, fitting = 0;
                foreach (var size in sizes)
                {
                    if (size > left) break;
                    fitting += weights[size];
                    value += weights[size] * (size + used[left - size]);
                }

                used[left] = (value + (all - fitting) * used[left]) / all;
            }
        }

        for (var left = 0; left < waste.Length; left++) waste[left] = (float)(left - used[left]);
    }
}
