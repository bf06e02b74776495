using System.Globalization;
using Benchmarks.OpenB;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Placement.Policies;

namespace Scheduling.Tests.Placement.Policies;

/// <summary>The pool's index with a named policy for single workers.</summary>
public sealed class PoolPolicyTests(ITestOutputHelper output)
{
    [Fact]
    public void Places_each_pod_where_the_policy_alone_places_it()
    {
        foreach (var policy in new[] { ScoringPolicies.ByName["BestFit"], ScoringPolicies.Foresight })
        {
            var list = OpenbData.List(OpenbData.Folder, "gpushare40");
            var (rows, order) = list.Orders[42];
            var all = OpenbData.Nodes(OpenbData.Folder);
            OpenbNode[] nodes = [.. order.Take(256).Select(r => all[r])];
            WorkerShape[] pods = [.. rows.Take(Ops.Of(2500)).Select(r => list.Pods[r])];
            // CPU-only pods and those of a whole node go another way in one of the two: left out.
            pods = [.. pods.Where(p => p.Gpus > 0 && (p.IsFractional || p.Gpus < 8))];
            var alone = new OpenbReplay(nodes, policy, null) { Log = [] };
            alone.Run(pods);
            var index = Pool(nodes, policy);
            for (var i = 0; i < pods.Length; i++)
            {
                var at = index.TryPlace(TextPool.Gang(1, pods[i])) is PlacementAnswer.Placed placed
                    ? (int.Parse(placed.Placement.Racks[0].Rack.Value[1..], CultureInfo.InvariantCulture) * 32 + placed.Placement.Racks[0].Workers[0].Slot, placed.Placement.Racks[0].Workers[0].Gpus)
                    : (-1, 0UL);
                Assert.Equal(alone.Log[i], at);
            }
        }
    }

    [Theory]
    [InlineData("cpu200")]
    [InlineData("gpushare80")]
    [InlineData("multigpu40")]
    public void Allocates_no_less_than_fgd_by_level_and_by_foresight(string name)
    {
        var list = OpenbData.List(OpenbData.Folder, name);
        var (rows, order) = list.Orders[42];
        var all = OpenbData.Nodes(OpenbData.Folder);
        OpenbNode[] nodes = [.. order.Select(r => all[r])];
        var fgd = OpenbData.Published(OpenbData.Folder)[(name, "FGD", 42)][^1];
        foreach (var policy in new[] { null, ScoringPolicies.Foresight })
        {
            var index = Pool(nodes, policy);
            long milli = 0;
            foreach (var row in rows)
                if (index.TryPlace(TextPool.Gang(1, list.Pods[row])) is PlacementAnswer.Placed) milli += NodeFit.GpuMilli(list.Pods[row]);
            var percent = milli / 10.0 / nodes.Sum(n => n.Gpus);
            output.WriteLine($"{policy?.Name ?? "by level"}: {percent:F2}, FGD {fgd:F2}");
            Assert.InRange(percent, fgd, 100);
        }
    }

    private static PlacementIndex Pool(OpenbNode[] nodes, IScoringPolicy? policy)
    {
        var index = new PlacementIndex(policy);
        foreach (var (rack, i) in nodes.Chunk(32).Select((r, i) => (r, i)))
        {
            var spec = new RackSpec
            {
                Rack = new RackId($"r{i:D3}"),
                Block = "b",
                Nodes = [.. rack.Select(n => new NodeSpec { Name = new NodeId(n.Name), CpuMilli = n.CpuMilli, MemoryMiB = n.MemoryMiB, Gpus = n.Gpus, GpuModel = n.Model })],
            };
            index.SetRack(new RackView { Spec = spec, Schedulable = ulong.MaxValue >> (64 - rack.Length), Allocations = [], Version = 1, Epoch = 1 });
        }

        return index;
    }
}
