namespace Scheduling.Pools;

/// <summary>What became of promises and evictions since this was last asked: for metrics, and not part of the pool's state.</summary>
public readonly record struct PoolTally
{
    public PromiseTally Reservations { get; init; }

    public PromiseTally Evictions { get; init; }

    /// <summary>Attempts that promises by eviction named to make room.</summary>
    public int Asked { get; init; }

    /// <summary>Of those, attempts that need not any more and go on.</summary>
    public int CalledOff { get; init; }

    /// <summary>Of those, attempts that gave back what they had while the promise stood.</summary>
    public int MadeRoom { get; init; }

    /// <summary>Attempts started on nodes that are reserved for later.</summary>
    public int Backfilled { get; init; }
}

/// <summary>Promises of one kind by what became of them.</summary>
public readonly record struct PromiseTally
{
    public int Made { get; init; }

    /// <summary>The attempt was planned on exactly what it was promised.</summary>
    public int Kept { get; init; }

    /// <summary>The attempt found room before, on other nodes.</summary>
    public int Elsewhere { get; init; }

    /// <summary>A node broke, the time passed, a better plan was found, or the attempt left.</summary>
    public int Dropped { get; init; }
}
