using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>One slot of a rack: the node in it and what is taken of it, counted as it changes.</summary>
internal sealed class RackNode
{
    private int[] _gpuMilli = [];
    private ulong _takenGpus;
    private ulong _offeredGpus;
    private long _cpuMilli;
    private long _memoryMiB;

    /// <summary>What is taken of extended resources; null until somebody takes any.</summary>
    private SortedDictionary<string, long>? _extended;

    public NodeSpec Spec { get; private set; } = NodeSpec.Vacant;

    /// <summary>The node is gone and waits only for its workers to end.</summary>
    public bool Retired { get; set; }

    /// <summary>The node was told to take no new work.</summary>
    public bool Withheld { get; set; }

    /// <summary>Workers that hold or have something here.</summary>
    public int Workers { get; private set; }

    /// <summary>More is taken than the node offers now (it lost a GPU, or memory): nothing new until that ends.</summary>
    public bool IsOvercommitted => Exceeds(Spec);

    /// <summary>GPUs are taken that the node does not offer now.</summary>
    public bool HasTakenGpusBeyond => (_takenGpus & ~_offeredGpus) != 0;

    /// <summary>Has this worker such GPUs?</summary>
    public bool IsBeyond(in WorkerSlot worker) => (worker.Gpus & ~_offeredGpus) != 0;

    public bool TakesNewWork => !Spec.IsVacant && !Retired && !(Withheld && Guards.Hold(Guard.NodeReady)) && !IsOvercommitted;

    public void SetSpec(NodeSpec spec)
    {
        Spec = spec;
        _offeredGpus = MaskOf(spec.Gpus);
        if (_gpuMilli.Length < spec.Gpus)
            Array.Resize(ref _gpuMilli, spec.Gpus);
    }

    /// <summary>Is more taken than <paramref name="spec"/> offers?</summary>
    public bool Exceeds(NodeSpec spec) =>
        _cpuMilli > spec.CpuMilli || _memoryMiB > spec.MemoryMiB || (_takenGpus & ~MaskOf(spec.Gpus)) != 0 || FirstBeyond(spec) is not null;

    /// <summary>What is taken against what <paramref name="spec"/> offers, for people.</summary>
    public string Describe(NodeSpec spec) =>
        $"{ulong.PopCount(_takenGpus)} GPUs (highest {64 - (int)ulong.LeadingZeroCount(_takenGpus)}) of {spec.Gpus}, " +
        $"{_cpuMilli} of {spec.CpuMilli} thousandths of a core, {_memoryMiB} of {spec.MemoryMiB} MiB" +
        (FirstBeyond(spec) is { } name ? $", {_extended![name]} of {ExtendedResources.Of(spec.Extended, name)} {name}" : "");

    /// <summary>Why this worker cannot have its share now; null when it can.</summary>
    public string? Refuses(in WorkerSlot worker, WorkerShape shape, TenantId tenant)
    {
        if (!TakesNewWork)
            return Spec.IsVacant ? "has no node in it" : $"{Spec.Name} takes no new work{WhyNot()}";
        if ((worker.Gpus & ~_offeredGpus) != 0)
            return $"{Spec.Name} offers {Spec.Gpus} GPUs, not the ones asked for";
        if (shape.CpuMilli > Spec.CpuMilli - _cpuMilli)
            return $"{Spec.Name} has {Spec.CpuMilli - _cpuMilli} thousandths of a core left, {shape.CpuMilli} asked";
        if (shape.MemoryMiB > Spec.MemoryMiB - _memoryMiB)
            return $"{Spec.Name} has {Spec.MemoryMiB - _memoryMiB} MiB left, {shape.MemoryMiB} asked";
        return RefusesGpus(worker) ?? RefusesExtended(shape) ?? WorkerFit.Refuses(shape, Spec, tenant);
    }

    public void Take(in WorkerSlot worker, WorkerShape shape)
    {
        _cpuMilli += shape.CpuMilli;
        _memoryMiB += shape.MemoryMiB;
        CountExtended(shape, 1);
        Workers++;
        var highest = 64 - (int)ulong.LeadingZeroCount(worker.Gpus);
        if (highest > _gpuMilli.Length)
            Array.Resize(ref _gpuMilli, highest); // Restored on a node that has lost this GPU since.
        for (var left = worker.Gpus; left != 0; left &= left - 1)
        {
            ref var milli = ref _gpuMilli[(int)ulong.TrailingZeroCount(left)];
            milli += worker.GpuMilli;
            if (milli > WorkerShape.WholeGpu)
                throw new InvariantViolationException("I1", $"{Spec.Name}: {milli} thousandths of one GPU taken");
        }

        _takenGpus |= worker.Gpus;
    }

    public void Return(in WorkerSlot worker, WorkerShape shape)
    {
        _cpuMilli -= shape.CpuMilli;
        _memoryMiB -= shape.MemoryMiB;
        CountExtended(shape, -1);
        Workers--;
        for (var left = worker.Gpus; left != 0; left &= left - 1)
        {
            var gpu = (int)ulong.TrailingZeroCount(left);
            if ((_gpuMilli[gpu] -= worker.GpuMilli) == 0)
                _takenGpus &= ~(1UL << gpu);
        }

        if (Workers < 0 || _cpuMilli < 0 || _memoryMiB < 0)
            throw new InvariantViolationException("I1", $"{Spec.Name}: more was given back than taken");
    }

    /// <summary>Thousandths taken of one GPU.</summary>
    public int TakenOf(int gpu) => gpu < _gpuMilli.Length ? _gpuMilli[gpu] : 0;

    public (long CpuMilli, long MemoryMiB, ulong Gpus) Taken => (_cpuMilli, _memoryMiB, _takenGpus);

    /// <summary>So much is taken of an extended resource.</summary>
    public long TakenOf(string extended) => _extended?.GetValueOrDefault(extended) ?? 0;

    /// <summary>Extended resources of which something is taken.</summary>
    public IReadOnlyCollection<string> TakenExtended => _extended is null ? [] : _extended.Keys;

    private string? RefusesExtended(WorkerShape shape)
    {
        foreach (var (name, count) in shape.Extended)
        {
            var left = ExtendedResources.Of(Spec.Extended, name) - TakenOf(name);
            if (count > left)
                return $"{Spec.Name} has {new ExtendedAmount(name, left)} left, {count} asked";
        }

        return null;
    }

    private void CountExtended(WorkerShape shape, int sign)
    {
        foreach (var (name, count) in shape.Extended)
        {
            var taken = TakenOf(name) + (sign * count);
            if (taken < 0)
                throw new InvariantViolationException("I1", $"{Spec.Name}: more {name} was given back than taken");
            _extended ??= new(StringComparer.Ordinal);
            if (taken == 0)
                _extended.Remove(name);
            else
                _extended[name] = taken;
        }
    }

    /// <summary>The first extended resource of which more is taken than <paramref name="spec"/> offers.</summary>
    private string? FirstBeyond(NodeSpec spec)
    {
        if (_extended is null)
            return null;
        foreach (var (name, taken) in _extended)
        {
            if (taken > ExtendedResources.Of(spec.Extended, name))
                return name;
        }

        return null;
    }

    private string? RefusesGpus(in WorkerSlot worker)
    {
        for (var shared = worker.Gpus & _takenGpus; shared != 0; shared &= shared - 1)
        {
            var gpu = (int)ulong.TrailingZeroCount(shared);
            if (_gpuMilli[gpu] + worker.GpuMilli > WorkerShape.WholeGpu)
                return $"{Spec.Name} GPU {gpu} has {_gpuMilli[gpu]} of 1000 taken, {worker.GpuMilli} asked";
        }

        return null;
    }

    private string WhyNot() => Retired ? " (it is gone)" : Withheld ? "" : $" (more is taken than it offers: {Describe(Spec)})";

    private static ulong MaskOf(int gpus) => gpus >= 64 ? ulong.MaxValue : (1UL << gpus) - 1;
}
