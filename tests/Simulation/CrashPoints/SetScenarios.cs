using System.Collections.Immutable;
using Scheduling.Model;

namespace Simulation.CrashPoints;

/// <summary>Jobs that stand for many, and jobs that wait for jobs.</summary>
internal static class SetScenarios
{
    public static ImmutableArray<CrashScenario> All { get; } = [ServiceUpAndDown, Grow, ArrayThenDependent];

    private static CrashScenario ServiceUpAndDown => new()
    {
        Name = "service up and down",
        Play = s =>
        {
            s.Submit("s", Specs.Service("s", replicas: 1, gpus: 4));
            s.Until("one replica is up", () => Up(s, 1));
            s.Scale("s", 3);
            s.Until("three are up", () => Up(s, 3));
            s.Scale("s", 2);
            s.Until("two are up", () => Up(s, 2));
        },
        Goal = s => Up(s, 2) ? [] : [$"s should have two replicas up. There is {s.Describe()}"],
    };

    /// <summary>An elastic job takes the whole pool, and gives half of it back to one that needs it.</summary>
    private static CrashScenario Grow => new()
    {
        Name = "grow and shrink",
        Play = s =>
        {
            s.Submit("e", Specs.Elastic("e", most: 4, gpus: 8));
            s.Until("e has grown to its most", () => Workers(s) == 4);
            s.Submit("n", Specs.Gang("n", 2, 8));
            s.Until("e has shrunk for n", () => s.Is("n", "Running") && s.Is("e", "Running") && Workers(s) == 2);
        },
        Goal = s => CrashScenarios.Missing(s, ("e", "Running"), ("n", "Running"))
            .Concat(Workers(s) == 2 ? [] : [$"e should have two workers. There is {s.Describe()}"]),
    };

    private static CrashScenario ArrayThenDependent => new()
    {
        Name = "array, then its dependent",
        Play = s =>
        {
            s.LetEnd("a");
            s.LetEnd("after");
            s.Submit("a", Specs.Array("a", tasks: 3, parallel: 2, gpus: 4));
            s.Submit("after", Specs.Gang("after", 1, 8) with { DependsOn = [new JobDependency(new JobId("a"), DependencyCondition.Succeeded)] });
            s.Until("both have succeeded", () => s.Is("a", "Succeeded") && s.Is("after", "Succeeded"));
        },
        Goal = s => CrashScenarios.Missing(s, ("a", "Succeeded"), ("after", "Succeeded")).Concat(CrashScenarios.Parts(s, "a", succeeded: 3)),
    };

    private static bool Up(Stage stage, int replicas)
    {
        var live = stage.Rows().Where(r => r is { Parent.Value: "s", Ended: false }).ToList();
        return stage.Is("s", "Running") && live.Count == replicas && live.All(r => r.Phase == "Running");
    }

    private static int Workers(Stage stage) => stage.Rows().Count(r => r.Phase == "Running" && (r.Job.Value == "e" || r.Parent?.Value == "e"));
}
