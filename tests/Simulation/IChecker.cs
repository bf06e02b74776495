using Simulation.Shadow;

namespace Simulation;

/// <summary>Looks on while a scenario runs. What it finds it tells <see cref="SimulatedWorld.Seen"/>.</summary>
internal interface IChecker
{
    /// <summary>An operation is about to be carried out.</summary>
    void Before(Op op)
    {
    }

    /// <summary>A step was made: every one, so it must cost next to nothing.</summary>
    void AfterStep()
    {
    }

    /// <summary>Something became durable.</summary>
    void Wrote(DurableWrite write)
    {
    }

    /// <summary>Nothing is under way. <paramref name="when"/> says at which of the rests.</summary>
    void AtRest(string when)
    {
    }
}
