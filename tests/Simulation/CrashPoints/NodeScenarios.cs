using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Simulation.CrashPoints;

/// <summary>Machines that come, go and fail.</summary>
internal static class NodeScenarios
{
    public static ImmutableArray<CrashScenario> All { get; } = [Drain, Lost, Offer];

    /// <summary>The node under a running job is emptied, and comes back.</summary>
    private static CrashScenario Drain => new()
    {
        Name = "drain a node",
        Prepare = RunOne,
        Play = s =>
        {
            var node = s.NodesOf("a")[0];
            s.Drain(node);
            s.Until("a runs elsewhere", () => s.Is("a", "Running", attempt: 2));
            s.Until("the node is drained", () => s.ViewNode(node)?.State == NodeState.Drained);
            s.Uncordon(node);
            s.Submit("b", Specs.Gang("b", 2, 8));
            s.Until("the node takes work again", () => s.Is("b", "Running"));
        },
        Goal = s => CrashScenarios.Missing(s, ("a", "Running"), ("b", "Running")),
    };

    /// <summary>The node under a running job is not ready, for longer than it may be, and comes back.</summary>
    private static CrashScenario Lost => new()
    {
        Name = "node lost",
        Prepare = RunOne,
        Play = s =>
        {
            var node = s.NodesOf("a")[0];
            s.Observe(node, ready: false);
            s.Until("a runs elsewhere", () => s.Is("a", "Running", attempt: 2));
            s.Observe(node, ready: true);
            s.Submit("b", Specs.Gang("b", 2, 8));
            s.Until("the node takes work again", () => s.Is("b", "Running"));
        },
        Goal = s => CrashScenarios.Missing(s, ("a", "Running"), ("b", "Running")),
    };

    /// <summary>A job that needs more than there is waits for a node that comes, and for a rack.</summary>
    private static CrashScenario Offer => new()
    {
        Name = "nodes come",
        Play = s =>
        {
            s.Submit("a", Specs.Gang("a", 6, 8));
            s.OfferRack(1, 3);
            s.OfferRack(2, 1);
            s.Until("a runs", () => s.Is("a", "Running"));
        },
        Goal = s => CrashScenarios.Missing(s, ("a", "Running")),
    };

    private static void RunOne(Stage stage)
    {
        stage.Submit("a", Specs.Gang("a", 2, 8));
        stage.Until("a runs", () => stage.Is("a", "Running"));
        stage.Advance(TimeSpan.FromSeconds(2));
    }
}
