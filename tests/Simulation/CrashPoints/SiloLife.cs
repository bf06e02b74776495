namespace Simulation.CrashPoints;

/// <summary>One life of one silo. What is left of a dead one must reach no store.</summary>
internal sealed class SiloLife(int silo)
{
    public int Silo => silo;

    public bool IsDead { get; set; }
}
