using Gateway.Backends;
using Gateway.Hollow;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Gateway.Tests.Hollow;

public sealed class NodeReconcilerTests
{
    private readonly FakeNodes _nodes = new() { Racks = [Make.Rack("t4-r01", "n1", "n2"), Make.Rack("t4-r02", "n3")] };

    [Fact]
    public async Task Pools_come_before_racks_and_racks_before_nodes()
    {
        using var reconciler = Reconciler();
        Assert.Equal(0, await reconciler.Pass(CancellationToken.None));
        Assert.Equal(
            ["pool openb", "rack openb/t4-r01 2", "rack openb/t4-r02 1", "node n1 in openb/t4-r01", "node n2 in openb/t4-r01", "node n3 in openb/t4-r02"],
            _nodes.Said);
    }

    [Fact]
    public async Task Every_pass_offers_racks_again_that_are_not_the_very_same_and_speaks_only_of_nodes_that_changed()
    {
        using var reconciler = Reconciler();
        await reconciler.Pass(CancellationToken.None);
        _nodes.Said.Clear();
        _nodes.Racks = [Make.Rack("t4-r01", "n1", "n2"), Make.Rack("t4-r02", "n3"), Make.Rack("t4-r03", "n4")];
        await reconciler.Pass(CancellationToken.None);
        Assert.Equal(["pool openb", "rack openb/t4-r01 2", "rack openb/t4-r02 1", "rack openb/t4-r03 1", "node n4 in openb/t4-r03"], _nodes.Said);
    }

    [Fact]
    public async Task A_node_that_is_moved_is_given_to_its_new_rack_once_the_old_one_has_let_it_go()
    {
        using var reconciler = Reconciler();
        await reconciler.Pass(CancellationToken.None);
        _nodes.Said.Clear();
        _nodes.Racks = [Make.Rack("t4-r01", "n1", "n2", "n3")];
        await reconciler.Pass(CancellationToken.None);
        Assert.Equal(
            ["pool openb", "rack openb/t4-r01 2", "rack openb/t4-r02 0", "node n3 in openb/t4-r01", "rack openb/t4-r01 3"],
            _nodes.Said);
    }

    [Fact]
    public async Task A_node_with_workers_stays_with_the_rack_that_has_them_however_the_inventory_moves_it()
    {
        using (var before = Reconciler())
        {
            await before.Pass(CancellationToken.None);
        }

        _nodes.Occupied.Add(new NodeId("n3"));
        _nodes.Racks = [Make.Rack("t4-r01", "n1", "n2", "n3")];
        _nodes.Known = [RackId.Of(Make.Pool, "t4-r01"), RackId.Of(Make.Pool, "t4-r02")];

        // A process that starts anew asks the racks first.
        using var reconciler = Reconciler();
        for (var pass = 0; pass < 3; pass++)
        {
            _nodes.Said.Clear();
            await reconciler.Pass(CancellationToken.None);
            Assert.DoesNotContain("rack openb/t4-r01 3", _nodes.Said);
            Assert.DoesNotContain("node n3 in openb/t4-r01", _nodes.Said);
            Assert.Contains("rack openb/t4-r02 0", _nodes.Said);
        }

        _nodes.Occupied.Clear();
        _nodes.Said.Clear();
        await reconciler.Pass(CancellationToken.None);
        Assert.Equal("rack openb/t4-r01 3", _nodes.Said.Last());
    }

    [Fact]
    public async Task While_a_rack_does_not_say_what_it_has_no_other_gets_nodes_that_it_did_not_have()
    {
        using (var before = Reconciler())
        {
            await before.Pass(CancellationToken.None);
        }

        _nodes.Racks = [Make.Rack("t4-r01", "n1", "n2", "n3"), Make.Rack("t4-r02", "n4")];
        _nodes.Unreadable.Add(RackId.Of(Make.Pool, "t4-r02"));
        _nodes.Said.Clear();
        using var reconciler = Reconciler();
        Assert.Equal(1, await reconciler.Pass(CancellationToken.None));
        Assert.Contains("rack openb/t4-r01 2", _nodes.Said);
        Assert.DoesNotContain(_nodes.Said, s => s.StartsWith("rack openb/t4-r02", StringComparison.Ordinal));

        _nodes.Unreadable.Clear();
        Assert.Equal(0, await reconciler.Pass(CancellationToken.None));
        Assert.Contains("rack openb/t4-r02 1", _nodes.Said);
        Assert.Equal("rack openb/t4-r01 3", _nodes.Said.Where(s => s.StartsWith("rack", StringComparison.Ordinal)).Last());
    }

    [Fact]
    public async Task After_a_while_every_node_is_told_of_again_because_its_grain_may_have_forgotten_it()
    {
        var time = new ManualTimeProvider();
        using var reconciler = Reconciler(time);
        await reconciler.Pass(CancellationToken.None);
        time.Advance(new ReconcileOptions().AllNodesEvery);
        _nodes.Said.Clear();
        await reconciler.Pass(CancellationToken.None);
        Assert.Equal(["node n1 in openb/t4-r01", "node n2 in openb/t4-r01", "node n3 in openb/t4-r02"], _nodes.Said.Where(s => s.StartsWith("node", StringComparison.Ordinal)));

        time.Advance(TimeSpan.FromSeconds(30));
        _nodes.Said.Clear();
        await reconciler.Pass(CancellationToken.None);
        Assert.DoesNotContain(_nodes.Said, s => s.StartsWith("node", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Racks_that_left_the_inventory_are_offered_without_nodes()
    {
        _nodes.Known = [RackId.Of(Make.Pool, "t4-r01"), RackId.Of(Make.Pool, "old")];
        using var reconciler = Reconciler();
        await reconciler.Pass(CancellationToken.None);
        Assert.Contains("rack openb/old 0", _nodes.Said);
        Assert.DoesNotContain("rack openb/t4-r01 0", _nodes.Said);
    }

    [Fact]
    public async Task An_empty_inventory_is_taken_for_a_fault_and_changes_nothing()
    {
        _nodes.Known = [RackId.Of(Make.Pool, "t4-r01")];
        _nodes.Racks = [];
        using var reconciler = Reconciler();
        await Assert.ThrowsAsync<InventoryException>(() => reconciler.Pass(CancellationToken.None));
        Assert.Empty(_nodes.Said);
    }

    [Fact]
    public async Task A_file_that_becomes_unreadable_changes_nothing_until_it_can_be_read_again()
    {
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var source = new InventoryNodeSource(Options.Create(new HollowOptions { Inventory = file }));
        using var reconciler = new NodeReconciler(source, _nodes, new ReconcileOptions(), TimeProvider.System, NullLogger<NodeReconciler>.Instance);
        try
        {
            const string Nodes = "sn,cpu_milli,memory_mib,gpu,model\nn1,1000,1024,1,T4\n";
            await File.WriteAllTextAsync(file, Nodes, TestContext.Current.CancellationToken);
            await reconciler.Pass(CancellationToken.None);
            _nodes.Said.Clear();

            File.Delete(file);
            await Assert.ThrowsAsync<InventoryException>(() => reconciler.Pass(CancellationToken.None));
            Assert.Empty(_nodes.Said);

            await File.WriteAllTextAsync(file, Nodes, TestContext.Current.CancellationToken);
            Assert.Equal(0, await reconciler.Pass(CancellationToken.None));
            Assert.NotEmpty(_nodes.Said);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task Nodes_that_take_no_work_or_are_new_to_their_rack_are_told_of_before_the_rack_has_them()
    {
        _nodes.NotReady.Add(new NodeId("n2"));
        _nodes.Arrived.Add(new NodeId("n3"));
        using var reconciler = Reconciler();
        await reconciler.Pass(CancellationToken.None);
        Assert.Equal(
            ["pool openb", "node n2 in openb/t4-r01 not ready", "node n3 in openb/t4-r02", "rack openb/t4-r01 2", "rack openb/t4-r02 1", "node n1 in openb/t4-r01"],
            _nodes.Said);
    }

    [Fact]
    public async Task A_rack_is_not_offered_while_it_cannot_hear_which_of_its_nodes_take_no_work()
    {
        _nodes.Facts[new NodeId("n1")] = new NodeFacts { NeedsPreflight = true };
        _nodes.Deaf.Add(new NodeId("n1"));
        using var reconciler = Reconciler();
        Assert.Equal(1, await reconciler.Pass(CancellationToken.None));
        Assert.DoesNotContain("rack openb/t4-r01 2", _nodes.Said);
        Assert.Contains("rack openb/t4-r02 1", _nodes.Said);

        _nodes.Deaf.Clear();
        Assert.Equal(0, await reconciler.Pass(CancellationToken.None));
        Assert.Contains("rack openb/t4-r01 2", _nodes.Said);
    }

    [Fact]
    public async Task A_node_that_is_gone_is_told_so_once_whether_its_rack_keeps_its_slot_or_not()
    {
        using var reconciler = Reconciler();
        await reconciler.Pass(CancellationToken.None);
        _nodes.Said.Clear();
        _nodes.Occupied.Add(new NodeId("n2"));
        _nodes.Racks = [Make.Rack("t4-r01", "n1")];
        _nodes.Known = [RackId.Of(Make.Pool, "t4-r02")];
        await reconciler.Pass(CancellationToken.None);
        Assert.Equal(
            ["pool openb", "rack openb/t4-r01 1", "rack openb/t4-r02 0", "node n2 in openb/t4-r01 gone", "node n3 in openb/t4-r02 gone"],
            _nodes.Said.Order(StringComparer.Ordinal).OrderBy(s => s[0] == 'p' ? 0 : s[0] == 'r' ? 1 : 2));

        _nodes.Said.Clear();
        await reconciler.Pass(CancellationToken.None);
        Assert.DoesNotContain(_nodes.Said, s => s.StartsWith("node", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_that_starts_anew_finds_gone_nodes_by_what_racks_still_have()
    {
        using (var before = Reconciler())
        {
            await before.Pass(CancellationToken.None);
        }

        _nodes.Said.Clear();
        _nodes.Occupied.Add(new NodeId("n2"));
        _nodes.Racks = [Make.Rack("t4-r01", "n1")];
        using var reconciler = Reconciler();
        await reconciler.Pass(CancellationToken.None);
        Assert.Contains("node n2 in openb/t4-r01 gone", _nodes.Said);
    }

    [Fact]
    public async Task A_node_that_goes_just_as_all_are_told_of_again_is_told_so_until_it_has_heard()
    {
        var time = new ManualTimeProvider();
        using var reconciler = Reconciler(time);
        await reconciler.Pass(CancellationToken.None);
        _nodes.Racks = [Make.Rack("t4-r01", "n1"), Make.Rack("t4-r02", "n3")];
        _nodes.Deaf.Add(new NodeId("n2"));
        for (var pass = 0; pass < 3; pass++)
        {
            time.Advance(new ReconcileOptions().AllNodesEvery);
            _nodes.Said.Clear();
            await reconciler.Pass(CancellationToken.None);
            Assert.Contains("node n2 in openb/t4-r01 gone", _nodes.Said);
        }

        _nodes.Deaf.Clear();
        await reconciler.Pass(CancellationToken.None);
        _nodes.Said.Clear();
        time.Advance(new ReconcileOptions().AllNodesEvery);
        await reconciler.Pass(CancellationToken.None);
        Assert.DoesNotContain("node n2 in openb/t4-r01 gone", _nodes.Said);
    }

    [Fact]
    public async Task A_process_that_starts_anew_tells_nodes_that_are_gone_although_nothing_was_on_them()
    {
        using (var before = Reconciler())
        {
            await before.Pass(CancellationToken.None);
        }

        _nodes.Said.Clear();
        _nodes.Racks = [Make.Rack("t4-r01", "n1")];
        _nodes.Known = [RackId.Of(Make.Pool, "t4-r02")];
        using var reconciler = Reconciler();
        await reconciler.Pass(CancellationToken.None);
        Assert.Contains("node n2 in openb/t4-r01 gone", _nodes.Said);
        Assert.Contains("node n3 in openb/t4-r02 gone", _nodes.Said);
    }

    [Fact]
    public async Task Racks_of_a_pool_that_has_lost_its_last_node_are_retired_too()
    {
        _nodes.EmptyPools = [new PoolId("spot")];
        _nodes.Known = [RackId.Of(new PoolId("spot"), "r1")];
        using var reconciler = Reconciler();
        await reconciler.Pass(CancellationToken.None);
        Assert.Contains("rack spot/r1 0", _nodes.Said);
    }

    [Fact]
    public async Task One_failing_call_holds_up_no_other_and_is_made_again()
    {
        var broken = true;
        _nodes.OnSaid = what =>
        {
            if (broken && (what.StartsWith("rack openb/t4-r01", StringComparison.Ordinal) || what.StartsWith("node n2", StringComparison.Ordinal)))
            {
                throw new TimeoutException();
            }
        };
        using var reconciler = Reconciler();
        Assert.Equal(2, await reconciler.Pass(CancellationToken.None));
        Assert.Contains("node n3 in openb/t4-r02", _nodes.Said);

        broken = false;
        _nodes.Said.Clear();
        Assert.Equal(0, await reconciler.Pass(CancellationToken.None));
        Assert.Equal(["pool openb", "rack openb/t4-r01 2", "node n2 in openb/t4-r01"], _nodes.Said);
    }

    [Fact]
    public async Task It_runs_at_the_start_and_then_again_and_again()
    {
        var time = new ManualTimeProvider();
        var passes = 0;
        var third = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _nodes.OnSaid = what =>
        {
            if (what == "pool openb" && ++passes == 3)
            {
                third.SetResult();
            }
        };
        using var reconciler = Reconciler(time);
        await reconciler.StartAsync(CancellationToken.None);
        await time.AdvanceUntil(third.Task, TimeSpan.FromSeconds(1));
        await reconciler.StopAsync(CancellationToken.None);
    }

    private NodeReconciler Reconciler(TimeProvider? time = null) => new(
        _nodes, _nodes, new ReconcileOptions { OfferConcurrency = 1, ObserveConcurrency = 1 }, time ?? new ManualTimeProvider(),
        NullLogger<NodeReconciler>.Instance);
}
