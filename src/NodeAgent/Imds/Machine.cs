namespace NodeAgent.Imds;

/// <summary>Which machine this is: in the cloud, in its events, and in the cluster.</summary>
/// <param name="Set">Resource id of its scale set.</param>
/// <param name="Instance">Its id in the set.</param>
/// <param name="Name">By which events name it.</param>
/// <param name="Node">What the cluster calls it.</param>
internal sealed record Machine(string Set, string Instance, string Name, string Node)
{
    private const string Machines = "/virtualMachines/";
    private const string ScaleSets = "/virtualMachineScaleSets/";

    /// <summary>Null: it is in no scale set, and nobody here owns its capacity.</summary>
    public static Machine? Of(ComputeDocument compute, string? node)
    {
        var at = compute.ResourceId.LastIndexOf(Machines, StringComparison.OrdinalIgnoreCase);
        if (compute.ScaleSet.Length == 0 || at < 0 || compute.Name.Length == 0)
        {
            return null;
        }

        // Uniform: the machine is under its set. Flexible: it is a machine of its own, and the set is named beside it.
        var set = compute.ResourceId.Contains(ScaleSets, StringComparison.OrdinalIgnoreCase)
            ? compute.ResourceId[..at]
            : $"/subscriptions/{compute.Subscription}/resourceGroups/{compute.Group}/providers/Microsoft.Compute{ScaleSets}{compute.ScaleSet}";
        var called = node ?? (compute.Os?.ComputerName is { Length: > 0 } name ? name : compute.Name);
        return new Machine(set, compute.ResourceId[(at + Machines.Length)..], compute.Name, called.ToLowerInvariant());
    }
}
