using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Scheduling.Tests.Placement.Policies;

/// <summary>However much came and went, the best node is found, and no state of nodes is rated oftener than it must be.</summary>
public sealed class PolicyWorkTests
{
    private static readonly WorkerShape Pod = new() { CpuMilli = 1, MemoryMiB = 1, Gpus = 1 };

    private readonly Counting _policy = new();

    private static void Set(PolicyNodeIndex index, int node, long cpu, string model = "T4") => index.Set(node, new NodeFree(model, cpu, 100, [1000, 1000]));

    [Fact]
    public void A_state_is_rated_once_however_many_nodes_are_in_it_and_however_often_it_comes_back()
    {
        var index = new PolicyNodeIndex(_policy);
        for (var node = 0; node < 100; node++) Set(index, node, 1_000 + node % 5);
        for (var step = 0; step < 2_000; step++)
        {
            Set(index, step % 100, 1_000 + step % 7);
            index.FindBest(Pod);
        }

        Assert.InRange(_policy.Rated, 5, 7);
        index.FindBest(Pod with { CpuMilli = 2 });
        Assert.InRange(_policy.Rated, 10, 14);
    }

    [Fact]
    public void What_was_rated_is_rated_again_when_more_changed_than_is_remembered_only_where_it_is_new()
    {
        var index = new PolicyNodeIndex(_policy);
        for (var step = 0; step < 9_000; step++) Set(index, step % 100, 1_000 + step % 7);
        index.FindBest(Pod);
        for (var step = 0; step < 9_000; step++) Set(index, step % 100, 1_000 + step % 7);
        index.FindBest(Pod);
        Assert.Equal(7, _policy.Rated);
    }

    [Fact]
    public void A_shape_that_is_asked_for_often_is_not_dropped_for_one_that_is_not()
    {
        var index = new PolicyNodeIndex(_policy, shapesKept: 2);
        Set(index, 0, 1_000);
        for (var i = 0; i < 50; i++)
        {
            index.FindBest(Pod);
            index.FindBest(Pod with { CpuMilli = 10 + i });
        }

        Assert.Equal(51, _policy.Rated);
    }

    [Fact]
    public void Only_a_policy_that_goes_by_the_demand_rates_again_when_that_changes()
    {
        var other = Demand.Of([(Pod, 1)], 1);
        foreach (var uses in new[] { false, true })
        {
            var policy = new Counting { UsesDemand = uses };
            var index = new PolicyNodeIndex(policy);
            Set(index, 0, 1_000);
            index.FindBest(Pod);
            index.Demand = other;
            index.FindBest(Pod);
            index.FindBest(Pod);
            Assert.Equal(uses ? 2 : 1, policy.Rated);
        }
    }

    [Fact]
    public void After_ten_thousand_states_that_never_come_back_the_best_node_is_still_found()
    {
        var index = new PolicyNodeIndex(_policy);
        var cpu = new long[10];
        for (var step = 0; step < 12_000; step++)
        {
            var node = step * 7 % 10;
            Set(index, node, cpu[node] = 1_000 + step * 31 % 20_000);
            if (step % 37 == 0) Assert.Equal(Array.IndexOf(cpu, cpu.Max()), index.FindBest(Pod).Node);
        }

        Assert.Equal(10, index.Count);
        for (var node = 9; node > 0; node--)
        {
            index.Remove(Array.IndexOf(cpu, cpu.Max()));
            cpu[Array.IndexOf(cpu, cpu.Max())] = -1;
            Assert.Equal(Array.IndexOf(cpu, cpu.Max()), index.FindBest(Pod).Node);
        }

        Assert.Equal(1, index.Count);
    }

    [Fact]
    public void Nodes_that_enter_a_state_and_leave_it_a_thousand_times_are_forgotten_by_it()
    {
        var index = new PolicyNodeIndex(_policy);
        Set(index, 3, 2_000);
        Set(index, 5, 2_000);
        var random = new Random(4);
        for (var step = 0; step < 4_000; step++)
        {
            var node = 6 + random.Next(40);
            Set(index, node, 2_000);
            Assert.Equal(3, index.FindBest(Pod).Node);
            Set(index, node, 1_000 + random.Next(3));
        }

        index.Remove(3);
        Assert.Equal(5, index.FindBest(Pod).Node);
        Set(index, 20, 2_000);
        Set(index, 11, 2_000);
        index.Remove(5);
        Assert.Equal(11, index.FindBest(Pod).Node);
        Set(index, 11, 1);
        Assert.Equal(20, index.FindBest(Pod).Node);
    }

    [Fact]
    public void Nodes_that_differ_in_anything_a_worker_may_ask_for_are_told_apart()
    {
        var index = new PolicyNodeIndex(_policy, allows: (kind, _) => kind != 1);
        var more = Pod with { MemoryMiB = 50 };
        index.Set(0, new NodeFree("A", 5_000, 100, [1000], nodeKind: 1));
        index.Set(1, new NodeFree("B", 5_000, 10, [1000], nodeKind: 2));
        index.Set(2, new NodeFree("B", 5_000, 100, [1000], nodeKind: 2));
        index.Set(3, new NodeFree("A", 5_000, 100, [1000], nodeKind: 2));
        index.Set(4, new NodeFree("A", 5_000, 100, [1000, 1000], nodeKind: 2));
        Assert.Equal([1, 2, 3, 4, 3], new[] { Pod, more, Pod with { GpuModels = ["A"] }, Pod with { Gpus = 2 }, more with { GpuModels = ["A"] } }.Select(p => index.FindBest(p).Node));
        index.Set(3, new NodeFree("B", 5_000, 100, [1000], nodeKind: 2));
        Assert.Equal(4, index.FindBest(Pod with { GpuModels = ["A"] }).Node);
        index.Set(1, new NodeFree("B", 5_000, 10, [1000], nodeKind: 1));
        Assert.Equal(2, index.FindBest(Pod).Node);
    }

    /// <summary>The more CPU the better.</summary>
    private sealed class Counting : IScoringPolicy
    {
        public string Name => "Counting";

        public bool ByPosition => false;

        public bool UsesDemand { get; init; }

        public int Rated { get; private set; }

        public NodeRating Rate(in NodeFree node, WorkerShape shape, Demand demand)
        {
            Rated++;
            return new NodeRating(node.CpuMilli, -1);
        }
    }
}
