namespace Simulation.CrashPoints;

/// <summary>What a scenario waits for does not come to be.</summary>
internal sealed class ScenarioStuckException(string message) : Exception(message);
