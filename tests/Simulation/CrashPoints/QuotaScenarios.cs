using System.Collections.Immutable;

namespace Simulation.CrashPoints;

/// <summary>Two teams that are owed half of the pool each.</summary>
internal static class QuotaScenarios
{
    public static ImmutableArray<CrashScenario> All { get; } = [Borrow, Reclaim];

    private static CrashScenario Borrow => new()
    {
        Name = "borrow",
        Prepare = SetQuotas,
        Play = PlayBorrowing,
        Goal = s => CrashScenarios.Missing(s, ("b1", "Running"), ("b2", "Running")),
    };

    /// <summary>The owner comes: one of the borrower's jobs makes room, the other one stays.</summary>
    private static CrashScenario Reclaim => new()
    {
        Name = "reclaim what was lent",
        Prepare = s =>
        {
            SetQuotas(s);
            PlayBorrowing(s);
            s.Advance(TimeSpan.FromSeconds(3));
        },
        Play = s =>
        {
            s.Submit("owner", Specs.Gang("owner", 2, 8, "t0"));
            s.Until("the owner runs, and one borrower beside it", () => s.Is("owner", "Running") && OneOfTwo(s));
        },
        Goal = s => CrashScenarios.Missing(s, ("owner", "Running")).Concat(OneOfTwo(s) ? [] : [$"one of b1 and b2 should run and one wait. There is {s.Describe()}"]),
    };

    private static void SetQuotas(Stage stage)
    {
        stage.SetQuota("t0", nominal: 16);
        stage.SetQuota("t1", nominal: 16);
    }

    private static void PlayBorrowing(Stage stage)
    {
        stage.Submit("b1", Specs.Gang("b1", 2, 8, "t1"));
        stage.Submit("b2", Specs.Gang("b2", 2, 8, "t1"));
        stage.Until("both run, one of them on what t0 leaves idle", () => stage.Is("b1", "Running") && stage.Is("b2", "Running"));
    }

    private static bool OneOfTwo(Stage stage) =>
        (stage.Is("b1", "Running") && stage.Is("b2", "Pending", attempt: 2)) || (stage.Is("b2", "Running") && stage.Is("b1", "Pending", attempt: 2));
}
