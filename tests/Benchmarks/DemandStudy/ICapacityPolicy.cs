namespace Benchmarks.DemandStudy;

/// <summary>Says how many machines there should be.</summary>
internal interface ICapacityPolicy
{
    void Begin(DemandWorld world);

    /// <summary>Something happened, and the pool has decided about it.</summary>
    void Moved();
}

/// <summary>So many machines, from the first second to the last, whatever comes.</summary>
internal sealed class FixedCapacity(int nodes) : ICapacityPolicy
{
    public void Begin(DemandWorld world) => world.Cloud.Own(nodes);

    public void Moved()
    {
    }
}
