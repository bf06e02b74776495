using System.Collections.Immutable;
using Scheduling.Model;

namespace Gateway.Kubernetes.Nodes;

/// <summary>
/// What was seen of a node before, as far as it changes what is believed now: GPUs that may only be away for a moment, what others ask for, in
/// steps, and how often it was not ready of late. A new process begins without; it then believes what it sees.
/// </summary>
internal sealed record NodeMemory
{
    public int Gpus { get; init; }
    public string GpuModel { get; init; } = "";

    /// <summary>Since when it shows fewer GPUs than <see cref="Gpus"/>.</summary>
    public DateTimeOffset? FewerSince { get; init; }

    /// <summary>What it offers by name, and since when it shows less of something.</summary>
    public ImmutableArray<ExtendedAmount> Offered { get; init; } = [];
    public DateTimeOffset? LessSince { get; init; }

    /// <summary>Kept for pods of others.</summary>
    public ImmutableArray<ExtendedAmount> ReservedNamed { get; init; } = [];
    public long ReservedCpuMilli { get; init; }
    public long ReservedMemoryMiB { get; init; }

    /// <summary>Since when pods of others ask for less than that.</summary>
    public DateTimeOffset? LowerSince { get; init; }

    /// <summary>It is believed to be ready.</summary>
    public bool Ready { get; init; } = true;

    /// <summary>Since when it says that it is ready again.</summary>
    public DateTimeOffset? ReadySince { get; init; }

    /// <summary>How often it was not ready, without <see cref="NodeMappingOptions.FlapWindow"/> between; and when last.</summary>
    public int Outages { get; init; }
    public DateTimeOffset LastOutage { get; init; }

    /// <summary>Time alone will change what is believed.</summary>
    public bool IsUnsettled => FewerSince is not null || LessSince is not null || LowerSince is not null || (!Ready && ReadySince is not null);

    /// <summary>Believes what is seen now, or waits.</summary>
    /// <param name="before">Null: seen for the first time.</param>
    public static NodeMemory After(NodeMemory? before, NodeSight sight, NodeMappingOptions options, DateTimeOffset now)
    {
        var (cpu, memory) = (Up(sight.OthersCpuMilli, options.CpuStepMilli), Up(sight.OthersMemoryMiB, options.MemoryStepMiB));
        if (before is null)
        {
            return new NodeMemory
            {
                Gpus = sight.Gpus, GpuModel = sight.GpuModel, ReservedCpuMilli = cpu, ReservedMemoryMiB = memory, Ready = sight.Ready, Outages = sight.Ready ? 0 : 1, LastOutage = now,
                Offered = sight.Offered, ReservedNamed = sight.Others,
            };
        }

        return SeeReady(SeeOthers(SeeNamed(SeeGpus(before, sight, options, now), sight.Offered, options, now), cpu, memory, sight.Others, options, now), sight.Ready, options, now);
    }

    /// <summary>A new machine under the same name: nothing of the old one counts.</summary>
    private static NodeMemory SeeGpus(NodeMemory memory, NodeSight sight, NodeMappingOptions options, DateTimeOffset now)
    {
        if (sight.Gpus >= memory.Gpus)
        {
            return memory with { Gpus = sight.Gpus, GpuModel = sight.GpuModel, FewerSince = null };
        }

        var since = memory.FewerSince ?? now;
        return now - since >= options.FewerGpusAfter
            ? memory with { Gpus = sight.Gpus, GpuModel = sight.GpuModel, FewerSince = null }
            : memory with { FewerSince = since };
    }

    /// <summary>The first by name of what less is shown than is believed; empty when nothing is.</summary>
    public string FirstLess(ImmutableArray<ExtendedAmount> shown) => Offered.FirstOrDefault(o => ExtendedResources.Of(shown, o.Name) < o.Count).Name ?? "";

    /// <summary>Devices are away while their plugin restarts, as GPUs are.</summary>
    private static NodeMemory SeeNamed(NodeMemory memory, ImmutableArray<ExtendedAmount> offered, NodeMappingOptions options, DateTimeOffset now)
    {
        if (memory.FirstLess(offered).Length > 0 && now - (memory.LessSince ?? now) < options.FewerGpusAfter)
        {
            return memory with { LessSince = memory.LessSince ?? now };
        }

        return memory with { Offered = offered.AsSpan().SequenceEqual(memory.Offered.AsSpan()) ? memory.Offered : offered, LessSince = null };
    }

    private static NodeMemory SeeOthers(NodeMemory memory, long cpu, long mib, ImmutableArray<ExtendedAmount> named, NodeMappingOptions options, DateTimeOffset now)
    {
        // More counts at once, or our workers would be refused by the kubelet; less only when it stays, or every DaemonSet's restart would be told.
        memory = memory with { ReservedCpuMilli = Math.Max(cpu, memory.ReservedCpuMilli), ReservedMemoryMiB = Math.Max(mib, memory.ReservedMemoryMiB) };
        if (!named.AsSpan().SequenceEqual(memory.ReservedNamed.AsSpan()))
        {
            var most = ExtendedAmounts.Larger(named, memory.ReservedNamed);
            memory = most.AsSpan().SequenceEqual(memory.ReservedNamed.AsSpan()) ? memory : memory with { ReservedNamed = most };
        }

        if (cpu == memory.ReservedCpuMilli && mib == memory.ReservedMemoryMiB && named.AsSpan().SequenceEqual(memory.ReservedNamed.AsSpan()))
        {
            return memory with { LowerSince = null };
        }

        var since = memory.LowerSince ?? now;
        return now - since >= options.LowerAfter
            ? memory with { ReservedCpuMilli = cpu, ReservedMemoryMiB = mib, ReservedNamed = named, LowerSince = null }
            : memory with { LowerSince = since };
    }

    private static NodeMemory SeeReady(NodeMemory memory, bool ready, NodeMappingOptions options, DateTimeOffset now)
    {
        if (!ready)
        {
            if (!memory.Ready && memory.ReadySince is null)
            {
                return memory;
            }

            var outages = now - memory.LastOutage <= options.FlapWindow ? memory.Outages + 1 : 1;
            return memory with { Ready = false, ReadySince = null, Outages = outages, LastOutage = now };
        }

        if (memory.Ready)
        {
            return memory;
        }

        var since = memory.ReadySince ?? now;
        var steady = memory.Outages < 2 ? TimeSpan.Zero : options.SteadyFor * Math.Pow(2, Math.Min(memory.Outages - 2, 20));
        return now - since >= (steady < options.FlapWindow ? steady : options.FlapWindow)
            ? memory with { Ready = true, ReadySince = null, LastOutage = now }
            : memory with { ReadySince = since };
    }

    private static long Up(long amount, long step) => (amount + step - 1) / step * step;
}

/// <summary>What a node shows at one moment.</summary>
internal readonly record struct NodeSight(int Gpus, string GpuModel, bool Ready, long OthersCpuMilli, long OthersMemoryMiB)
{
    /// <summary>What it offers by name.</summary>
    public ImmutableArray<ExtendedAmount> Offered { get; init; } = [];

    /// <summary>What pods of others ask for by name.</summary>
    public ImmutableArray<ExtendedAmount> Others { get; init; } = [];
}
