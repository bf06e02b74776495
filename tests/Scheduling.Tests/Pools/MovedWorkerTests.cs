using Scheduling.Model;
using Scheduling.Pools;

namespace Scheduling.Tests.Pools;

/// <summary>The rack gave a running worker another node: the pool follows.</summary>
public sealed class MovedWorkerTests
{
    private readonly PoolMachine _pool = new(new PoolId("p"), new PoolLimits());

    public MovedWorkerTests()
    {
        _pool.BeginEpoch();
        _pool.SeeRack(Specs.Rack("r", nodes: 4));
        Assert.Null(_pool.Enqueue(Specs.Attempt("a"), Specs.Job(workers: 2), Specs.Start));
        Assert.Single(_pool.Plan(10));
        Assert.True(_pool.Commit(A.Ref));
    }

    private PoolAttempt A => _pool.Find(Specs.Attempt("a"))!;

    [Fact]
    public void Its_placement_is_what_the_rack_shows_what_it_left_is_free_and_whoever_runs_it_is_told_once()
    {
        A.Leaving = [new NodeId("gone")];
        See(Moved(0, to: 3));

        Assert.Equal([3, 1], Assert.Single(A.Placement!.Racks).Workers.Select(w => w.Slot));
        Assert.Empty(A.Leaving);
        Assert.Equal([A], _pool.TakeMoved());
        Assert.Empty(_pool.TakeMoved());
        Assert.Equal((0, 0), (_pool.Compare(_pool.FindRack(RackOf)!).Missing.Count, _pool.Compare(_pool.FindRack(RackOf)!).Strangers.Count));

        // Two nodes are free, slots 0 and 2; and when it ends all are.
        Assert.Null(_pool.Enqueue(Specs.Attempt("b"), Specs.Job(workers: 2), Specs.Start));
        Assert.Equal([0, 2], Assert.Single(_pool.Plan(10)).Placement!.Racks.Single().Workers.Select(w => w.Slot).Order());
        _pool.End(Specs.Attempt("a"));
        _pool.Free(Assert.Single(_pool.TakeFreeing()).Ref);
        Assert.Null(_pool.Enqueue(Specs.Attempt("c"), Specs.Job(workers: 2), Specs.Start));
        Assert.Equal([1, 3], Assert.Single(_pool.Plan(10)).Placement!.Racks.Single().Workers.Select(w => w.Slot).Order());
    }

    [Fact]
    public void Who_was_being_placed_there_at_the_same_time_makes_way_and_is_placed_elsewhere()
    {
        Assert.Null(_pool.Enqueue(Specs.Attempt("b"), Specs.Job(workers: 1), Specs.Start));
        var b = Assert.Single(_pool.Plan(10));
        var slot = b.Placement!.Racks.Single().Workers.Single().Slot;
        See(Moved(0, to: slot));

        // Its hold is refused by the rack.
        _pool.BeginUndo(b.Ref);
        _pool.Abort(b.Ref, null);
        Assert.DoesNotContain(Assert.Single(_pool.Plan(10)).Placement!.Racks.Single().Workers.Single().Slot, A.Placement!.Racks.Single().Workers.Select(w => w.Slot));
    }

    [Fact]
    public void Redone_from_the_journal_it_is_the_same_and_so_is_what_a_snapshot_says()
    {
        See(Moved(0, to: 3));
        var again = new PoolMachine(new PoolId("p"), new PoolLimits());
        foreach (var entry in _pool.TakeEntries())
        {
            if (!again.Redo(entry) && entry.Kind == PoolEntryKind.EpochBegan)
            {
                again.BeginEpoch();
            }
        }

        Assert.Equal(A.Placement!.Racks.Single().Workers, again.Find(Specs.Attempt("a"))!.Placement!.Racks.Single().Workers);
        var restored = new PoolMachine(new PoolId("p"), new PoolLimits());
        restored.Restore(_pool.ToSnapshot());
        Assert.Equal(A.Placement.Racks.Single().Workers, restored.Find(Specs.Attempt("a"))!.Placement!.Racks.Single().Workers);
    }

    private RackId RackOf => A.Placement!.Racks.Single().Rack;

    private RackAllocation Moved(int rank, int to) => new()
    {
        Attempt = A.Id, Plan = A.Plan, Committed = true, Shapes = A.Shapes, Tenant = A.Spec.Tenant, Moves = 1,
        Workers = [.. A.Placement!.Racks.Single().Workers.Select(w => w.Rank == rank ? w with { Slot = to } : w)],
    };

    private void See(params RackAllocation[] allocations)
    {
        var view = _pool.FindRack(RackOf)!;
        Assert.True(_pool.SeeRack(view with { Version = view.Version + 10, Allocations = [.. allocations] }));
    }
}
