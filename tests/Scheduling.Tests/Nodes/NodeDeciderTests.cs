using Scheduling.Nodes;

namespace Scheduling.Tests.Nodes;

/// <summary>Which way a machine may go, and who is written down for it (I14).</summary>
public sealed class NodeDeciderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", NodeState.Ready)]
    [InlineData("down", NodeState.NotReady)]
    [InlineData("down up", NodeState.Ready)]
    [InlineData("cordon", NodeState.Cordoned)]
    [InlineData("cordon uncordon", NodeState.Ready)]
    [InlineData("cordon down", NodeState.Cordoned)]
    [InlineData("cordon down uncordon", NodeState.NotReady)]
    [InlineData("down cordon up", NodeState.Cordoned)]
    [InlineData("down cordon up uncordon", NodeState.Ready)]
    [InlineData("cordon drain", NodeState.Draining)]
    [InlineData("drain", NodeState.Draining)]
    [InlineData("drain cordon", NodeState.Draining)]
    [InlineData("drain drain", NodeState.Draining)]
    [InlineData("drain emptied", NodeState.Drained)]
    [InlineData("drain down emptied", NodeState.Drained)]
    [InlineData("drain emptied cordon", NodeState.Drained)]
    [InlineData("drain emptied drain", NodeState.Drained)]
    [InlineData("drain uncordon", NodeState.Ready)]
    [InlineData("drain uncordon emptied", NodeState.Ready)]
    [InlineData("drain emptied uncordon", NodeState.Ready)]
    [InlineData("drain emptied down uncordon", NodeState.NotReady)]
    [InlineData("down drain", NodeState.Draining)]
    [InlineData("cordon emptied", NodeState.Cordoned)]
    [InlineData("uncordon", NodeState.Ready)]
    [InlineData("down uncordon", NodeState.NotReady)]
    public void What_happens_to_a_machine_leads_where_operators_expect(string story, NodeState end) =>
        Assert.Equal(end, Tell(new NodeHealth(), story).State);

    [Theory]
    [InlineData(NodeState.Ready, NodeState.Drained)]
    [InlineData(NodeState.Cordoned, NodeState.Drained)]
    [InlineData(NodeState.Draining, NodeState.Cordoned)]
    [InlineData(NodeState.Drained, NodeState.Draining)]
    [InlineData(NodeState.NotReady, NodeState.Drained)]
    public void No_machine_skips_a_step(NodeState from, NodeState to) => Assert.False(from.CanBecome(to));

    [Fact]
    public void It_is_written_down_why_by_whom_and_since_when()
    {
        var health = Tell(new NodeHealth(), "cordon");

        Assert.Equal(("because", "ann", Noon), (health.Reason, health.By, health.Since));
        Assert.Equal(
            new NodeIncident { At = Noon, From = NodeState.Ready, To = NodeState.Cordoned, By = "ann", Reason = "because" },
            Assert.Single(health.Incidents));

        health = Tell(health, "uncordon");
        Assert.Equal(default((string?, string?, DateTimeOffset?)), (health.Reason, health.By, health.Since));
        Assert.Equal(2, health.Incidents.Length);
    }

    [Fact]
    public void What_is_so_already_changes_nothing()
    {
        Assert.IsType<NodeDecision.Nothing>(NodeDecider.Observe(new NodeHealth(), true, Noon));
        Assert.IsType<NodeDecision.Nothing>(NodeDecider.Cordon(Tell(new NodeHealth(), "cordon"), "bob", "again", Noon));
        Assert.IsType<NodeDecision.Nothing>(NodeDecider.Observe(Tell(new NodeHealth(), "cordon"), true, Noon));
    }

    [Fact]
    public void History_is_bounded_and_keeps_the_newest()
    {
        var health = new NodeHealth();
        for (var i = 0; i < 100; i++)
            health = Tell(health, "down up");

        Assert.Equal(NodeHealth.MaxIncidents, health.Incidents.Length);
        Assert.Equal(NodeState.Ready, health.Incidents[^1].To);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_random_story_follows_legal_edges(int seed)
    {
        var random = new Random(seed);
        string[] words = ["down", "up", "cordon", "uncordon", "drain", "emptied"];
        var health = new NodeHealth();
        for (var i = 0; i < 10_000; i++)
        {
            var next = Tell(health, words[random.Next(words.Length)]);
            Assert.True(next.State == health.State || health.State.CanBecome(next.State), $"{health.State} → {next.State}");
            Assert.Equal(next.State == NodeState.Ready, next.Since is null);
            health = next;
        }
    }

    private static NodeHealth Tell(NodeHealth health, string story)
    {
        foreach (var word in story.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var decision = word switch
            {
                "down" => NodeDecider.Observe(health, false, Noon),
                "up" => NodeDecider.Observe(health, true, Noon),
                "cordon" => NodeDecider.Cordon(health, "ann", "because", Noon),
                "uncordon" => NodeDecider.Uncordon(health, "ann", Noon),
                "drain" => NodeDecider.Drain(health, "ann", "because", Noon),
                "emptied" => NodeDecider.Emptied(health, Noon),
                _ => throw new ArgumentException(word),
            };
            health = decision is NodeDecision.Change change ? change.Next : health;
        }

        return health;
    }
}
