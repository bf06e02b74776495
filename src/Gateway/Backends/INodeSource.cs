namespace Gateway.Backends;

/// <summary>
/// Where machines come from: an inventory file, a Kubernetes cluster. Read as a whole each time (levels, not edges), so a
/// missed change is found by the next read.
/// </summary>
public interface INodeSource
{
    /// <summary>For logs and metrics.</summary>
    string Name { get; }

    /// <summary>Every pool and rack of this source as it stands now. The same world gives the same answer. Has a deadline of its own.</summary>
    /// <exception cref="InventoryException">What was read is not usable; nothing may be concluded from it.</exception>
    Task<ClusterInventory> Read(CancellationToken cancellationToken);

    /// <summary>Ends with the next change of what <see cref="Read"/> gives: taken before reading, it misses none. Never, where the source cannot tell.</summary>
    Task Changed => Never;

    private static readonly Task Never = new TaskCompletionSource().Task;
}
