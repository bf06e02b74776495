using System.Text;

namespace Simulation.Shrinking;

/// <summary>The shortest run that was found to break the same, and what happened in it.</summary>
/// <param name="Result">The run.</param>
/// <param name="Ending">How far it went after its operations.</param>
/// <param name="Lines">One per operation, fault and finding, with virtual time.</param>
/// <param name="Runs">What finding it took.</param>
internal sealed record Shrunk(RunResult Result, Ending Ending, IReadOnlyList<string> Lines, int Runs)
{
    /// <summary>For people.</summary>
    public string Transcript()
    {
        var text = new StringBuilder();
        text.AppendLine($"Seed {Result.Seed}, profile {Result.Scenario.Profile}, shrunk in {Runs} runs to {Result.Scenario.Ops.Length} operations, {Result.Steps} steps, hash {Result.TraceHash:x16}:");
        foreach (var line in Lines)
        {
            text.Append("  ").AppendLine(line);
        }

        foreach (var broken in Result.Broken.Take(3))
        {
            text.AppendLine(Invariants.Explain(broken));
        }

        return text.ToString();
    }
}
