using Scheduling.Pools;

namespace Simulation;

/// <summary>Pools that promise, evict and reserve within seconds, so that a short run sees all of it.</summary>
internal static class HastyPools
{
    public static PoolPolicy Policy { get; } = new()
    {
        MinRuntime = TimeSpan.FromSeconds(1),
        MaxGrace = TimeSpan.FromSeconds(10),
        EvictionTimeout = TimeSpan.FromSeconds(30),
        ReserveAfter = TimeSpan.FromSeconds(3),
        ReservationSlack = TimeSpan.FromSeconds(20),
        BackfillSafety = TimeSpan.FromSeconds(2),
        ClaimRetry = TimeSpan.FromSeconds(2),
    };
}
