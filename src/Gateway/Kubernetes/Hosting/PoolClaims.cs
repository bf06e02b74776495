using System.Collections.Concurrent;
using Scheduling.Model;

namespace Gateway.Kubernetes.Hosting;

/// <summary>Which pool is whose in this process. The first who shows nodes of a pool has it; nobody else gets it as long as the process lives.</summary>
internal sealed class PoolClaims
{
    private readonly ConcurrentDictionary<PoolId, string> _owners = new();

    /// <summary>True: it is (or has just become) this owner's.</summary>
    public bool Claim(PoolId pool, string owner) => _owners.GetOrAdd(pool, owner) == owner;

    public IReadOnlyCollection<PoolId> Of(string owner) => [.. _owners.Where(o => o.Value == owner).Select(o => o.Key)];

    public string? OwnerOf(PoolId pool) => _owners.GetValueOrDefault(pool);
}
