using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Tests.Model;

/// <summary>Required node affinity means what it means in Kubernetes.</summary>
public sealed class NodeAffinityTests
{
    private static readonly ImmutableArray<Label> Labels = [new("zone", "z1"), new("gen", "4"), new("name", "four"), new("empty", "")];

    [Theory]
    [InlineData("zone", NodeOperator.In, "z1", true)]
    [InlineData("zone", NodeOperator.In, "z0 z1 z2", true)]
    [InlineData("zone", NodeOperator.In, "z2", false)]
    [InlineData("none", NodeOperator.In, "z1", false)]
    [InlineData("zone", NodeOperator.NotIn, "z1", false)]
    [InlineData("zone", NodeOperator.NotIn, "z0 z2", true)]
    [InlineData("none", NodeOperator.NotIn, "z1", true)]
    [InlineData("empty", NodeOperator.Exists, "", true)]
    [InlineData("none", NodeOperator.Exists, "", false)]
    [InlineData("empty", NodeOperator.DoesNotExist, "", false)]
    [InlineData("none", NodeOperator.DoesNotExist, "", true)]
    [InlineData("gen", NodeOperator.Gt, "3", true)]
    [InlineData("gen", NodeOperator.Gt, "4", false)]
    [InlineData("gen", NodeOperator.Gt, "-5", true)]
    [InlineData("name", NodeOperator.Gt, "3", false)]
    [InlineData("none", NodeOperator.Gt, "3", false)]
    [InlineData("gen", NodeOperator.Lt, "5", true)]
    [InlineData("gen", NodeOperator.Lt, "4", false)]
    [InlineData("name", NodeOperator.Lt, "5", false)]
    public void A_requirement_holds_as_kubernetes_says(string key, NodeOperator how, string values, bool holds) =>
        Assert.Equal(holds, NodeAffinity.Allows([Term(Must(key, how, values))], Labels));

    [Fact]
    public void All_requirements_of_one_term_hold_and_any_term_will_do()
    {
        var (yes, no) = (Must("zone", NodeOperator.In, "z1"), Must("zone", NodeOperator.In, "z2"));
        Assert.True(NodeAffinity.Allows([Term(yes, yes)], Labels));
        Assert.False(NodeAffinity.Allows([Term(yes, no)], Labels));
        Assert.True(NodeAffinity.Allows([Term(no), Term(yes)], Labels));
        Assert.False(NodeAffinity.Allows([Term(no), Term(no, yes)], Labels));
    }

    [Fact]
    public void No_term_allows_every_node_and_a_term_without_requirements_allows_none()
    {
        Assert.True(NodeAffinity.Allows([], Labels));
        Assert.False(NodeAffinity.Allows([Term()], Labels));
    }

    [Fact]
    public void Terms_are_equal_when_all_of_them_is()
    {
        var must = Must("zone", NodeOperator.In, "z1");
        Assert.Equal(Term(must), Term(Must("zone", NodeOperator.In, "z1")));
        Assert.Equal(Term(must).GetHashCode(), Term(Must("zone", NodeOperator.In, "z1")).GetHashCode());
        Assert.All([Term(), Term(must, must), Term(must with { Key = "z" }), Term(must with { Operator = NodeOperator.NotIn }), Term(must with { Values = ["z2"] })], t => Assert.NotEqual(Term(must), t));
    }

    private static NodeTerm Term(params ImmutableArray<NodeRequirement> requirements) => new() { Requirements = requirements };

    private static NodeRequirement Must(string key, NodeOperator how, string values) =>
        new() { Key = key, Operator = how, Values = [.. values.Split(' ', StringSplitOptions.RemoveEmptyEntries)] };
}
