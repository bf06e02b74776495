namespace Scheduling.Nodes;

/// <summary>Which hardware a node is on, as the cluster and the agent on it say; null or empty where nobody said.</summary>
/// <param name="ProviderId">The cloud's name of the machine: "azure:///subscriptions/…/virtualMachineScaleSets/x/virtualMachines/7".</param>
/// <param name="Host">The physical host.</param>
/// <param name="GpuSerials">Serial numbers of its GPUs, with commas between.</param>
[GenerateSerializer, Immutable]
public readonly record struct NodeMachine([property: Id(0)] string? ProviderId, [property: Id(1)] string? Host, [property: Id(2)] string? GpuSerials)
{
    private const string Sets = "/virtualMachineScaleSets/";
    private const string Machines = "/virtualMachines/";

    public static NodeMachine Of(NodeFacts facts) => new(facts.ProviderId, facts.Host, facts.GpuSerials);

    /// <summary>What is not said now stays as it was known.</summary>
    public NodeMachine After(NodeMachine before) => new(Known(ProviderId, before.ProviderId), Known(Host, before.Host), Known(GpuSerials, before.GpuSerials));

    /// <summary>The scale set's resource id; null: it is of none.</summary>
    public string? ScaleSet => Split()?.Set;

    /// <summary>The machine's id in its scale set.</summary>
    public string? Instance => Split()?.Instance;

    /// <summary>What is other hardware than before, for people; null: nothing that is known.</summary>
    public string? ChangedSince(NodeMachine before)
    {
        List<string> changes = [];
        Compare("host", Host, before.Host);
        Compare("GPUs", GpuSerials, before.GpuSerials);
        Compare("machine", ProviderId, before.ProviderId);
        return changes.Count == 0 ? null : string.Join("; ", changes);

        void Compare(string what, string? now, string? then)
        {
            if (!string.IsNullOrEmpty(now) && !string.IsNullOrEmpty(then) && now != then)
            {
                changes.Add($"other {what}: {now} instead of {then}");
            }
        }
    }

    private static string? Known(string? now, string? before) => string.IsNullOrEmpty(now) ? before : now;

    private (string Set, string Instance)? Split()
    {
        var begin = ProviderId?.IndexOf("/subscriptions/", StringComparison.OrdinalIgnoreCase) ?? -1;
        var end = begin < 0 ? -1 : ProviderId!.IndexOf(Machines, begin, StringComparison.OrdinalIgnoreCase);
        return end < 0 || ProviderId!.IndexOf(Sets, begin, StringComparison.OrdinalIgnoreCase) < 0 ? null : (ProviderId[begin..end], ProviderId[(end + Machines.Length)..]);
    }
}
