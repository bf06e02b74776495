using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Preemption;
using Scheduling.Scaling;

namespace Scheduling.Tests.Pools;

/// <summary>Machines that were bought for a gang are its own until it starts, is over, or their time is over.</summary>
public sealed class EarmarkTests
{
    private readonly PoolMachine _pool = New();
    private DateTimeOffset _now = Specs.Start;

    public EarmarkTests()
    {
        _pool.BeginEpoch();
        _pool.Advance(_now);
        _pool.SeeRack(Specs.Rack("old", nodes: 1));
    }

    private static PoolMachine New() => new(new PoolId("p"), new PoolLimits());

    [Fact]
    public void As_its_machines_join_one_by_one_nobody_smaller_takes_one_and_the_gang_starts_on_them()
    {
        Enqueue("gang", workers: 4);
        Assert.Empty(Start());
        Mark("gang", "new-n0", "new-n1", "new-n2", "new-n3");
        for (var nodes = 1; nodes < 4; nodes++)
        {
            Join(nodes);
            Enqueue($"small{nodes}", workers: 1, priority: 900);
            Assert.Equal(nodes == 1 ? ["small1"] : [], Start());
            _pool.CheckClaims();
        }

        Assert.Equal(3 * 8000, _pool.GpuMilliPromised);
        Join(4);
        Assert.Equal(["gang"], Start());
        Assert.Empty(_pool.Earmarks);
        Assert.Equal(0, _pool.GpuMilliPromised);
        Assert.All(_pool.FindJob(new JobId("gang"))!.Placement!.Racks, r => Assert.Equal("p/new", r.Rack.Value));
    }

    [Fact]
    public void A_gang_behind_another_of_its_like_starts_on_its_own_machines()
    {
        Enqueue("first", workers: 2);
        Enqueue("second", workers: 2);
        Start();
        Mark("second", "new-n0", "new-n1");
        Join(2);
        Assert.Equal(["second"], Start());
    }

    [Fact]
    public void What_is_left_over_when_it_has_started_is_everybodys()
    {
        Enqueue("gang", workers: 3);
        Enqueue("small", workers: 2);
        Start();
        Mark("gang", "new-n0", "new-n1", "new-n2", "new-n3");
        Join(4);
        Assert.Equal(["gang"], Start());
        Assert.Equal(["small"], Start());
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("given up")]
    [InlineData("grace")]
    public void Its_machines_are_everybodys_when_it_is_over_gives_them_up_or_their_time_is_over(string how)
    {
        Enqueue("gang", workers: 4);
        Start();
        Mark("gang", "new-n0", "new-n1");
        Join(2);
        Enqueue("other", workers: 2);
        Assert.Empty(Start());
        Assert.Equal(0b11UL, _pool.IdleRacks().Single(r => r.Spec.Rack.Value == "p/new").Idle);
        switch (how)
        {
            case "cancelled":
                _pool.End(Specs.Attempt("gang"));
                break;
            case "given up":
                Mark("gang");
                break;
            default:
                _now += TimeSpan.FromMinutes(30);
                _pool.Advance(_now);
                break;
        }

        Assert.Empty(_pool.Earmarks);
        Assert.Equal(["other"], Start());
        _pool.CheckClaims();
    }

    [Fact]
    public void A_plan_that_comes_to_nothing_leaves_them_its_own()
    {
        Enqueue("gang", workers: 2);
        Start();
        Mark("gang", "new-n0", "new-n1");
        Join(2);
        var plan = _pool.Plan(10).Single();
        _pool.CheckClaims();
        _pool.BeginUndo(plan.Ref);
        _pool.Abort(plan.Ref, null);
        Enqueue("thief", workers: 2, priority: 900);
        Assert.Equal(["gang"], Start());
    }

    [Fact]
    public void They_survive_a_restart_from_the_journal_and_from_a_snapshot()
    {
        Enqueue("gang", workers: 3);
        Start();
        Mark("gang", "new-n0", "new-n1", "new-n2");
        Join(1);
        var (journal, snapshot) = (_pool.TakeEntries(), _pool.ToSnapshot());
        var (replayed, restored) = (New(), New());
        foreach (var entry in journal)
        {
            replayed.Replay(entry);
        }

        restored.Restore(snapshot);
        foreach (var again in new[] { replayed, restored })
        {
            again.BeginEpoch(_now);
            again.SeeRack(Specs.Rack("old", nodes: 1, version: 7, schedulable: 0));
            again.SeeRack(Specs.Rack("new", nodes: 2, version: 7));
            Assert.Null(again.Enqueue(Specs.Attempt("thief"), Specs.Job(priority: 900), _now));
            Assert.Empty(again.Plan(10));
            Assert.Equal(2 * 8000, again.GpuMilliPromised);
            again.CheckClaims();
            again.SeeRack(Specs.Rack("new", nodes: 3, version: 8));
            Assert.Equal(["gang"], again.Plan(1).Select(a => a.Id.Job.Value));
        }
    }

    [Fact]
    public void A_machine_has_one_owner_and_one_with_work_on_it_gets_none()
    {
        Enqueue("runs", workers: 1);
        Assert.Equal(["runs"], Start());
        Enqueue("a", workers: 4);
        Enqueue("b", workers: 4);
        Start();
        Mark("a", "new-n0", "new-n1", "old-n0");
        Mark("b", "new-n1", "new-n2");
        Assert.Equal([["new-n0", "new-n1"], ["new-n2"]], _pool.Earmarks.Select(e => e.Nodes.Select(n => n.Value)));

        // Told together they may change hands.
        _pool.SetEarmarks([Of("a", "new-n0", "new-n2"), Of("b", "new-n1")]);
        Assert.Equal([["new-n0", "new-n2"], ["new-n1"]], _pool.Earmarks.Select(e => e.Nodes.Select(n => n.Value)));
        _pool.TakeEntries();
        _pool.SetEarmarks([Of("a", "new-n2", "new-n0"), Of("nobody", "new-n3"), Of("runs", "new-n3")]);
        Assert.Empty(_pool.TakeEntries());
    }

    [Fact]
    public void A_node_that_is_not_ready_yet_is_kept_too_and_is_its_own_from_the_moment_it_is()
    {
        Enqueue("gang", workers: 3);
        Start();
        Mark("gang", "new-n0", "new-n1", "new-n2");
        _pool.SeeRack(Specs.Rack("new", nodes: 3, version: 5, schedulable: 0b001));
        Assert.Equal(0b110UL, _pool.IdleRacks().Single(r => r.Spec.Rack.Value == "p/new").Closed);
        Enqueue("thief", workers: 2, priority: 900);
        Assert.Empty(Start());
        _pool.SeeRack(Specs.Rack("new", nodes: 3, version: 6));
        Assert.Equal(["gang"], Start());
    }

    [Fact]
    public void Nobody_is_evicted_for_a_gang_whose_machines_are_on_their_way()
    {
        Enqueue("low", workers: 1);
        Assert.Equal(["low"], Start());
        _now += TimeSpan.FromHours(1);
        _pool.Advance(_now);
        Enqueue("urgent", workers: 1, priority: 900);
        Start();
        Mark("urgent", "new-n0");
        _pool.PlanClaims();
        Assert.Empty(_pool.WantedEvictions());
        Mark("urgent");
        _now += TimeSpan.FromMinutes(1);
        _pool.Advance(_now);
        _pool.PlanClaims();
        Assert.Equal(["low"], _pool.WantedEvictions().Select(w => w.Victim.Id.Job.Value));
    }

    private void Enqueue(string job, int workers, int priority = 0) => Assert.Null(_pool.Enqueue(Specs.Attempt(job), Specs.Job(workers, priority: priority), _now));

    private MachineEarmark Of(string job, params string[] nodes) => new() { For = Specs.Attempt(job), Nodes = [.. nodes.Select(n => new NodeId(n))], Until = Specs.Start.AddMinutes(30) };

    private void Mark(string job, params string[] nodes) => _pool.SetEarmarks([Of(job, nodes) with { Until = _now.AddMinutes(30) }]);

    private void Join(int nodes) => _pool.SeeRack(Specs.Rack("new", nodes: nodes, version: nodes));

    private string[] Start() => _pool.CommitAll(_pool.Plan(100));
}
