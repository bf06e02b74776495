namespace Simulation.CrashPoints;

/// <summary>One thing that users, operators or machines do, from the first command to the state that it must come to.</summary>
internal sealed record CrashScenario
{
    /// <summary>As reports and reruns call it.</summary>
    public required string Name { get; init; }

    /// <summary>What is there before; its writes are no points.</summary>
    public Action<Stage> Prepare { get; init; } = _ => { };

    /// <summary>Does it, and waits for what must come of it. Every write meanwhile is a point.</summary>
    public required Action<Stage> Play { get; init; }

    /// <summary>What is missing of what must hold at the end; empty is what it should be.</summary>
    public required Func<Stage, IEnumerable<string>> Goal { get; init; }

    /// <summary>Which writes are points; all of them, but where a scenario is about a few of very many.</summary>
    public Func<string, bool> IsPoint { get; init; } = _ => true;

    public override string ToString() => Name;
}
