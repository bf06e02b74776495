using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Simulation.CrashPoints;

/// <summary>Every scenario, by name.</summary>
internal static class CrashScenarios
{
    public static ImmutableArray<CrashScenario> All { get; } =
    [
        Submit, RunToTheEnd, HoldOverRacks, Admit, .. QuotaScenarios.All, Preempt, .. NodeScenarios.All, .. SetScenarios.All,
        Cancel, Suspend, Retry, TimeLimit, Snapshot,
    ];

    /// <summary>A job is submitted and placed, and its workers start.</summary>
    private static CrashScenario Submit => new()
    {
        Name = "submit",
        Play = s =>
        {
            s.Submit("a", Specs.Gang("a", 2, 4));
            s.Until("a runs", () => s.Is("a", "Running"));
        },
        Goal = s => Missing(s, ("a", "Running")),
    };

    private static CrashScenario RunToTheEnd => new()
    {
        Name = "run to the end",
        Play = s =>
        {
            s.LetEnd("a");
            s.Submit("a", Specs.Gang("a", 2, 4));
            s.Until("a has succeeded", () => s.Is("a", "Succeeded"));
            s.Advance(TimeSpan.FromSeconds(2));
        },
        Goal = s => Missing(s, ("a", "Succeeded")),
    };

    /// <summary>A gang over both racks, and a second one behind it that waits for the first.</summary>
    private static CrashScenario HoldOverRacks => new()
    {
        Name = "hold and commit over two racks",
        Play = s =>
        {
            s.Submit("a", Specs.Gang("a", 4, 8));
            s.Until("a runs", () => s.Is("a", "Running"));
            s.Submit("b", Specs.Gang("b", 3, 8));
            s.LetEnd("a");
            s.Until("b runs on what a gave back", () => s.Is("b", "Running"));
        },
        Goal = s => Missing(s, ("a", "Succeeded"), ("b", "Running")),
    };

    /// <summary>Quota is set, admits one, refuses the next, and admits it once the first has ended.</summary>
    private static CrashScenario Admit => new()
    {
        Name = "admit by quota",
        Play = s =>
        {
            s.SetQuota("t0", nominal: 16, limit: 16);
            s.Submit("a", Specs.Gang("a", 2, 8));
            s.Submit("b", Specs.Gang("b", 2, 8));
            s.Until("one of them runs", () => s.Is("a", "Running") || s.Is("b", "Running"));
            s.Advance(TimeSpan.FromSeconds(2));
            s.LetEnd("a");
            s.LetEnd("b");
            s.Until("both have run", () => s.Is("a", "Succeeded") && s.Is("b", "Succeeded"));
        },
        Goal = s => Missing(s, ("a", "Succeeded"), ("b", "Succeeded")),
    };

    /// <summary>The whole pool is taken by a job that saves its work; a more urgent one needs half of it.</summary>
    private static CrashScenario Preempt => new()
    {
        Name = "preempt with a checkpoint",
        Prepare = s =>
        {
            s.Submit("low", Specs.Gang("low", 4, 8) with { Checkpoint = new CheckpointRule { Grace = TimeSpan.FromSeconds(8) } });
            s.Until("low runs", () => s.Is("low", "Running"));
            s.Advance(TimeSpan.FromSeconds(3));
        },
        Play = s =>
        {
            s.Submit("high", Specs.Gang("high", 2, 8, priority: 500));
            s.Until("high runs and low waits", () => s.Is("high", "Running") && s.Is("low", "Pending", attempt: 2));
        },
        Goal = s => Missing(s, ("high", "Running"), ("low", "Pending")),
    };

    /// <summary>One that runs and one that waits are cancelled.</summary>
    private static CrashScenario Cancel => new()
    {
        Name = "cancel",
        Play = s =>
        {
            s.Submit("a", Specs.Gang("a", 4, 8));
            s.Submit("b", Specs.Gang("b", 4, 8));
            s.Until("one runs", () => s.Is("a", "Running") || s.Is("b", "Running"));
            s.Cancel("b");
            s.Cancel("a");
            s.Until("both are cancelled", () => s.Is("a", "Cancelled") && s.Is("b", "Cancelled"));
            s.Submit("c", Specs.Gang("c", 4, 8));
            s.Until("their place is free", () => s.Is("c", "Running"));
        },
        Goal = s => Missing(s, ("a", "Cancelled"), ("b", "Cancelled"), ("c", "Running")),
    };

    private static CrashScenario Suspend => new()
    {
        Name = "suspend and resume",
        Play = s =>
        {
            s.Submit("a", Specs.Gang("a", 2, 8));
            s.Until("a runs", () => s.Is("a", "Running"));
            s.Suspend("a");
            s.Until("a is suspended", () => s.Is("a", "Suspended"));
            s.Resume("a");
            s.Until("a runs again", () => s.Is("a", "Running", attempt: 2));
        },
        Goal = s => Missing(s, ("a", "Running")),
    };

    private static CrashScenario Retry => new()
    {
        Name = "fail and retry",
        Play = s =>
        {
            s.Fail("a", attempt: 1);
            s.Fail("a", attempt: 2);
            s.Submit("a", Specs.Gang("a", 2, 8) with { MaxRetries = 3, Retry = new RetryRules { BackOff = TimeSpan.FromSeconds(2) } });
            s.Until("a runs for the third time", () => s.Is("a", "Running", attempt: 3));
        },
        Goal = s => Missing(s, ("a", "Running")),
    };

    private static CrashScenario TimeLimit => new()
    {
        Name = "time limit",
        Play = s =>
        {
            s.Submit("a", Specs.Gang("a", 4, 8) with { TimeLimit = TimeSpan.FromSeconds(4) });
            s.Until("a has run too long", () => s.Is("a", "TimedOut"));
            s.Submit("b", Specs.Gang("b", 4, 8));
            s.Until("its place is free", () => s.Is("b", "Running"));
        },
        Goal = s => Missing(s, ("a", "TimedOut"), ("b", "Running")),
    };

    /// <summary>So many short jobs that journals are replaced by snapshots; only those are points.</summary>
    private static CrashScenario Snapshot => new()
    {
        Name = "snapshot",
        IsPoint = name => name.StartsWith("snapshot ", StringComparison.Ordinal),
        Play = s =>
        {
            s.LetEnd("a");
            s.Submit("a", Specs.Array("a", tasks: 720, parallel: 32, gpus: 1));
            s.Until("a has ended", () => s.Is("a", "Succeeded"));
        },
        Goal = s => Missing(s, ("a", "Succeeded")).Concat(Parts(s, "a", succeeded: 720)),
    };

    /// <summary>What a job should be and is not.</summary>
    public static IEnumerable<string> Missing(Stage stage, params (string Job, string Phase)[] expected) =>
        expected.Where(e => !stage.Is(e.Job, e.Phase)).Select(e => $"{e.Job} should be {e.Phase}. There is {stage.Describe()}");

    /// <summary>Each part ran once and well, and there are no others.</summary>
    public static IEnumerable<string> Parts(Stage stage, string set, int succeeded)
    {
        var parts = stage.Rows().Where(r => r.Parent?.Value == set).ToList();
        if (parts.Count != succeeded || parts.Any(p => p.Phase != "Succeeded"))
        {
            yield return $"{set} should have {succeeded} parts, all of them Succeeded. There is {stage.Describe()}";
        }
    }

    /// <summary>A node in a state that it should not be in.</summary>
    public static IEnumerable<string> MissingNode(Stage stage, NodeId node, NodeState state) =>
        stage.ViewNode(node)?.State is var found && found == state ? [] : [$"node {node} is {found}, not {state}"];
}
