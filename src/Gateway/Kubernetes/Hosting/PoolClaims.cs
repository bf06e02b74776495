using Scheduling.Model;

namespace Gateway.Kubernetes.Hosting;

/// <summary>Which pool is whose in this process. The first who shows nodes of a pool has it; nobody else gets it as long as the process lives.</summary>
internal sealed class PoolClaims
{
    private readonly Lock _lock = new();
    private readonly Dictionary<PoolId, string> _owners = [];

    /// <summary>The same by owner: asked for with every pod, and changed with every pool.</summary>
    private readonly Dictionary<string, IReadOnlyCollection<PoolId>> _pools = new(StringComparer.Ordinal);

    /// <summary>True: it is (or has just become) this owner's.</summary>
    public bool Claim(PoolId pool, string owner)
    {
        lock (_lock)
        {
            if (_owners.TryAdd(pool, owner))
            {
                _pools[owner] = [.. _pools.GetValueOrDefault(owner, []), pool];
            }

            return _owners[pool] == owner;
        }
    }

    /// <summary>As they are now: later claims do not change the answer.</summary>
    public IReadOnlyCollection<PoolId> Of(string owner)
    {
        lock (_lock)
        {
            return _pools.GetValueOrDefault(owner, []);
        }
    }

    public string? OwnerOf(PoolId pool)
    {
        lock (_lock)
        {
            return _owners.GetValueOrDefault(pool);
        }
    }
}
