using Benchmarks.OpenB;
using Scheduling.Placement.Policies;

namespace Scheduling.Tests.Placement.Policies;

/// <summary>One list and seed of what <c>build/bench.sh openb</c> holds against the published rows in full.</summary>
public sealed class PublishedRowTests
{
    private const string List = "gpuspec25";
    private const int Seed = 43;
    private static readonly OpenbList Pods = OpenbData.List(OpenbData.Folder, List);
    private static readonly OpenbNode[] Nodes = [.. Reordered(OpenbData.Nodes(OpenbData.Folder))];
    private static readonly Dictionary<(string List, string Policy, int Seed), double[]> Rows = OpenbData.Published(OpenbData.Folder);

    [Theory]
    [InlineData("BestFit")]
    [InlineData("DotProd")]
    [InlineData("GpuPacking")]
    [InlineData("GpuClustering")]
    [InlineData("FGD")]
    public void Gives_the_authors_row(string policy)
    {
        var row = Run(policy, Demand.Of(Pods.Pods.Select(p => (p, 1L)), 0.95));
        var published = Rows[(List, policy, Seed)];
        Assert.Equal(131, row.Length);
        for (var x = 0; x < row.Length; x++) Assert.InRange(row[x], published[x] - 0.01000001, published[x] + 0.01000001);
    }

    [Fact]
    public void Ours_allocates_more_than_fgd_knowing_only_what_has_arrived() =>
        Assert.InRange(Run(ScoringPolicies.Foresight.Name, null)[^1], Rows[(List, "FGD", Seed)][^1] + 0.5, 100);

    private static double[] Run(string policy, Demand? demand) =>
        new OpenbReplay(Nodes, ScoringPolicies.ByName[policy], demand).Run(Pods.Orders[Seed].Pods.Select(r => Pods.Pods[r]));

    private static IEnumerable<OpenbNode> Reordered(OpenbNode[] nodes) => Pods.Orders[Seed].Nodes.Select(r => nodes[r]);
}
