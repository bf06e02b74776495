namespace Simulation.CrashPoints;

/// <summary>One run of one scenario.</summary>
/// <param name="Points">The writes that it passed, in order.</param>
/// <param name="Wrong">What was found wrong; empty is what it should be.</param>
/// <param name="Steps">Steps of the simulation.</param>
internal sealed record CrashRun(IReadOnlyList<string> Points, IReadOnlyList<string> Wrong, long Steps)
{
    private const int Seed = 1;

    /// <summary>Silos of the cluster, where it is not one process.</summary>
    private const int Silos = 3;

    /// <summary>From the first command to a pool that is empty again.</summary>
    /// <param name="scenario">What is done.</param>
    /// <param name="plan">What goes wrong; null: nothing.</param>
    /// <param name="seed">Of the order of everything. The same for counting and for each fault.</param>
    public static CrashRun Of(CrashScenario scenario, PlannedFault? plan, int seed = Seed) => Of(scenario, plan, seed, Silos, new MemoryMedium(seed));

    /// <param name="scenario">What is done.</param>
    /// <param name="plan">What goes wrong; null: nothing.</param>
    /// <param name="seed">Of the order of everything.</param>
    /// <param name="silos">Silos of the cluster.</param>
    /// <param name="medium">What they store on; it ends with the run.</param>
    public static CrashRun Of(CrashScenario scenario, PlannedFault? plan, int seed, int silos, IMedium medium)
    {
        var gate = new WriteGate(plan);
        using var stage = new Stage(seed, silos, medium, gate);
        try
        {
            scenario.Prepare(stage);
            gate.IsCounting = true;
            scenario.Play(stage);
            gate.IsCounting = false;
            stage.CheckAtRest("at rest", scenario.Goal);
            stage.End();
        }
        catch (ScenarioStuckException e)
        {
            stage.Wrong.Add(e.Message);
        }

        if (plan is not null && (!gate.HasStruck || gate.Mistaken is not null))
        {
            stage.Wrong.Add($"not the run that was counted: write {plan.Point} was {plan.Name}, and is {gate.Mistaken ?? "never reached"}");
        }

        return new CrashRun(gate.Points, stage.Wrong, stage.Cluster.Steps);
    }
}
