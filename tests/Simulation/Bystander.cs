namespace Simulation;

/// <summary>Only keeps the world in sight, for those who look at it after the run.</summary>
internal sealed class Bystander<TWorld> : IChecker
    where TWorld : SimulatedWorld
{
    /// <summary>Null before a run.</summary>
    public TWorld? World { get; private set; }

    /// <summary>To be handed to the run.</summary>
    public IChecker Meet(SimulatedWorld world)
    {
        World = (TWorld)world;
        return this;
    }
}
