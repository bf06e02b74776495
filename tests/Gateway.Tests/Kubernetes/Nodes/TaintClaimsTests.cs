using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Gateway.Kubernetes;
using Gateway.Kubernetes.Nodes;

namespace Gateway.Tests.Kubernetes.Nodes;

/// <summary>Our taints are written precisely, and nobody is fought over them.</summary>
public sealed class TaintClaimsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly NodeTaint Ours = new(KubernetesKeys.HeldOut, "cordoned", NodeTaint.NoSchedule);
    private static readonly NodeTaint Theirs = new("sku", "gpu", NodeTaint.NoSchedule);
    private static readonly ImmutableArray<NodeTaint> Wanted = [Ours];

    private readonly TaintClaims _claims = new(new NodeActuatorOptions { Reassertions = 2, ReassertAfter = TimeSpan.FromSeconds(30) });

    [Fact]
    public void A_taint_that_is_taken_away_is_put_back_later_and_later_and_then_left()
    {
        var node = NodesToTest.Node("n");
        var now = Noon;
        foreach (var wait in new[] { 30, 120 })
        {
            Assert.IsType<TaintStep.Write>(_claims.Next(node, Wanted, now));
            _claims.Written(node, Wanted);
            Assert.IsType<TaintStep.Wait>(_claims.Next(node, Wanted, now));
            node = node with { Version = node.Version + "x" };
            Assert.False(Assert.IsType<TaintStep.Lost>(_claims.Next(node, Wanted, now)).GivesUp);
            Assert.IsType<TaintStep.Wait>(_claims.Next(node, Wanted, now.AddSeconds(wait - 1)));
            now = now.AddSeconds(wait);
        }

        Assert.IsType<TaintStep.Write>(_claims.Next(node, Wanted, now));
        _claims.Written(node, Wanted);
        node = node with { Version = node.Version + "x" };
        Assert.True(Assert.IsType<TaintStep.Lost>(_claims.Next(node, Wanted, now)).GivesUp);
        Assert.IsType<TaintStep.Wait>(_claims.Next(node, Wanted, now.AddDays(1)));
    }

    [Fact]
    public void What_is_wanted_anew_and_a_node_made_anew_begin_anew()
    {
        var node = NodesToTest.Node("n");
        _claims.Written(node, Wanted);
        Assert.IsType<TaintStep.Write>(_claims.Next(node, [], Noon));
        Assert.IsType<TaintStep.Write>(_claims.Next(node with { Uid = "another" }, Wanted, Noon));
    }

    [Fact]
    public void A_patch_takes_out_ours_and_leaves_those_of_others_where_they_are()
    {
        var old = new NodeTaint(KubernetesKeys.Preflight, "pending", NodeTaint.NoSchedule);
        var patch = KubernetesNodeCluster.Patch(NodesToTest.Node("n").With(old, Theirs) with { HasAnnotations = true, Version = "41" }, Wanted, 7);
        Assert.Equal(
            """[{"op":"replace","path":"/metadata/resourceVersion","value":"41"},{"op":"add","path":"/metadata/annotations/orleans.scheduler~1epoch","value":"7"},{"op":"remove","path":"/spec/taints/0"},{"op":"add","path":"/spec/taints/-","value":{"key":"orleans.scheduler/held-out","value":"cordoned","effect":"NoSchedule"}}]""",
            patch.ToJsonString());
    }

    [Fact]
    public void A_node_without_taints_and_annotations_gets_its_first()
    {
        var patch = KubernetesNodeCluster.Patch(NodesToTest.Node("n"), Wanted, 7);
        Assert.Equal(["/metadata/resourceVersion", "/metadata/annotations", "/spec/taints"], patch.Select(o => (string)o!["path"]!));
        Assert.Single((JsonArray)patch[2]!["value"]!);
    }
}
