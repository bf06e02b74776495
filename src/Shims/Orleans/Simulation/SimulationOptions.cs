using Orleans.Hosting;

namespace Orleans.Simulation;

/// <summary>What a simulated cluster is made of. Shim only: real Orleans has no such thing.</summary>
public sealed class SimulationOptions
{
    /// <summary>How many silos. Default 3.</summary>
    public int Silos { get; init; } = 3;

    /// <summary>Called for each silo, again after each restart. What silos share (stores) is captured by the delegate.</summary>
    public Action<int, ISiloBuilder> ConfigureSilo { get; init; } = static (_, _) => { };

    /// <summary>The virtual clock's start. Default 2026-01-01 UTC.</summary>
    public DateTimeOffset StartTime { get; init; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Virtual time that each step takes, so that busy loops end too. Default 10 µs.</summary>
    public TimeSpan StepCost { get; init; } = TimeSpan.FromMicroseconds(10);

    /// <summary>Between silos.</summary>
    public NetworkFaults Network { get; init; } = new();

    /// <summary>Between the outside client and silos. Default: no faults.</summary>
    public NetworkFaults ClientNetwork { get; init; } = new();

    /// <summary>From a crash or partition until the other silos act on it. Default 10 s.</summary>
    public TimeSpan DeathDeclaredAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Virtual time that RunUntil waits before it calls the run stuck; silos' own timers never end. Default 1 day.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// Real time to wait for threads outside of the simulation before the run is called stuck. Default 1 s. Code that
    /// leaves its scheduler is waited for, but its order is no longer the seed's.
    /// </summary>
    public TimeSpan ExternalWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A run that takes more steps is stopped as stuck. Default 50 million.</summary>
    public long MaxSteps { get; init; } = 50_000_000;

    /// <summary>Told of every event, in order: for printing a failing seed.</summary>
    public Action<string>? Trace { get; init; }
}

/// <summary>What a link between two processes does to messages.</summary>
public sealed record NetworkFaults
{
    /// <summary>Chance that a message is lost; its caller times out. 0–1.</summary>
    public double Loss { get; init; }

    /// <summary>Chance that a request arrives twice. 0–1.</summary>
    public double Duplication { get; init; }

    /// <summary>The second comes so much later at most; drawn evenly. Default: as late as any message.</summary>
    public TimeSpan SecondComesWithin { get; init; }

    /// <summary>Least time under way. Default 50 µs.</summary>
    public TimeSpan MinDelay { get; init; } = TimeSpan.FromMicroseconds(50);

    /// <summary>Most time under way; drawn evenly. Default 500 µs.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMicroseconds(500);

    /// <summary>False, as in Orleans: un-awaited messages between two silos overtake each other.</summary>
    public bool KeepsOrder { get; init; }
}

/// <summary>Nothing can happen any more, or too much did, and what was waited for has not come.</summary>
public sealed class SimulationStuckException(string message) : Exception(message);
