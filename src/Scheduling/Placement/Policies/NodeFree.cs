namespace Scheduling.Placement.Policies;

/// <summary>What one node has left, as a scoring policy sees it.</summary>
/// <param name="model">GPU model.</param>
/// <param name="cpuMilli">Thousandths of a core.</param>
/// <param name="memoryMiB">MiB.</param>
/// <param name="gpuLeft">What is left of each GPU, in thousandths; its length is the number of GPUs.</param>
/// <param name="kinds">The kinds of GPU workers that run here: bit 0 fractions, bit n workers of n whole GPUs. 0 when not known.</param>
/// <param name="nodeKind">A number for everything else that decides who may come here (labels, taints); the caller's.</param>
public readonly ref struct NodeFree(string model, long cpuMilli, long memoryMiB, ReadOnlySpan<short> gpuLeft, ulong kinds = 0, int nodeKind = 0)
{
    public string Model { get; } = model;

    public long CpuMilli { get; } = cpuMilli;

    public long MemoryMiB { get; } = memoryMiB;

    public ReadOnlySpan<short> GpuLeft { get; } = gpuLeft;

    public ulong Kinds { get; } = kinds;

    public int NodeKind { get; } = nodeKind;

    /// <summary>All GPU left, in thousandths.</summary>
    public int GpuMilli
    {
        get
        {
            var sum = 0;
            foreach (var left in GpuLeft) sum += left;
            return sum;
        }
    }

    /// <summary>GPUs that nobody uses.</summary>
    public int FreeGpus
    {
        get
        {
            var free = 0;
            foreach (var left in GpuLeft)
                if (left == Whole) free++;
            return free;
        }
    }

    private const short Whole = 1000;
}
