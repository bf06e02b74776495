using System.Collections.Immutable;
using System.Numerics;
using Scheduling.Model;
using Scheduling.Placement.Policies;

namespace Scheduling.Placement;

/// <summary>
/// What a pool has free, and where a gang would go. Derived from the racks' ledgers; single-threaded. The same racks and the
/// same request always give the same answer, whatever happened before: ties go by block, rack id, then slot.
/// </summary>
/// <remarks>
/// Per rack, node masks by free GPUs; per worker shape in use, the racks bucketed by how many workers they have room for, brought up
/// to date from a log of changes only when asked. A decision costs about the racks and nodes that it takes, not those that there are.
/// </remarks>
public sealed partial class PlacementIndex
{
    /// <summary>Worker shapes whose counts are kept; the least recently used is dropped, at the cost of counting anew.</summary>
    private const int ViewsKept = 128;

    private readonly RackTable table = new();
    private readonly PlacementBuffer own = new();
    private readonly ViewCache<ShapeView> shapeViews;
    private readonly ViewCache<LevelView> levelViews;
    private readonly ViewCache<LevelView> gentleViews;
    private readonly SetBook sets;
    private readonly EmptyPool emptyPool;
    private readonly Diagnosis diagnosis;
    private readonly PolicyFinder? policyFinder;
    private readonly Impossibilities impossibility;

    /// <param name="policy">Chooses the node of single workers that take less than a node; null: by level, which costs least.</param>
    public PlacementIndex(IScoringPolicy? policy = null)
    {
        if (policy is not null) policyFinder = new PolicyFinder(table, policy);
        shapeViews = new ViewCache<ShapeView>(ViewsKept, key => new ShapeView(table, key));
        levelViews = new ViewCache<LevelView>(ViewsKept, key => new LevelView(table, key, gentle: false));
        gentleViews = new ViewCache<LevelView>(ViewsKept, key => new LevelView(table, key, gentle: true));
        sets = new SetBook(table);
        emptyPool = new EmptyPool(table);
        diagnosis = new Diagnosis(table, sets);
        impossibility = new Impossibilities(table);
    }

    /// <summary>Nodes, GPUs, CPU and memory of the whole pool. Kept with every change.</summary>
    public PoolCapacity Totals => table.Totals;

    /// <summary>Every rack with what it has free, by block, then rack id.</summary>
    public IEnumerable<RackFree> Racks
    {
        get
        {
            table.Settle();
            for (var rack = 0; rack < table.Count; rack++) yield return FreeOf(rack);
        }
    }

    /// <summary>Adds a rack, or replaces all that is known of it: nodes, mask, allocations.</summary>
    /// <exception cref="InvalidOperationException">Its allocations claim a GPU twice.</exception>
    public void SetRack(RackView view)
    {
        MustBeOutsideTrial();
        table.Set(view);
    }

    /// <summary>Forgets a rack. Unknown racks are ignored.</summary>
    public void RemoveRack(RackId rack)
    {
        MustBeOutsideTrial();
        table.Remove(rack);
    }

    /// <summary>Sets which nodes of a rack take new work, a bit per slot; what they hold stays. Unknown racks are ignored.</summary>
    public void SetSchedulable(RackId rack, ulong mask)
    {
        MustBeOutsideTrial();
        if (table.TryFind(rack, out var position)) table.SetSchedulable(position, mask);
    }

    /// <summary>Finds room for the whole gang and takes it, or changes nothing and says why.</summary>
    public PlacementAnswer TryPlace(GangRequest request)
    {
        if (TryPlace(request, own)) return new PlacementAnswer.Placed(own.ToPlacement());
        var plan = PlanOf(request);
        var why = diagnosis.Of(plan, request);
        return emptyPool.IsTooSmallFor(plan, request)
            ? new PlacementAnswer.Never(why with { Never = impossibility.Of(plan, request) })
            : new PlacementAnswer.NoRoom(why);
    }

    /// <summary>As the other, without allocating: true when taken, and then <paramref name="into"/> says where.</summary>
    public bool TryPlace(GangRequest request, PlacementBuffer into)
    {
        MustBeOutsideTrial();
        return TryPlaceNow(request, into);
    }

    internal bool TryPlaceNow(GangRequest request, PlacementBuffer into, PlacementScope? within = null)
    {
        table.Settle();
        var plan = PlanOf(request);
        if (into.Placer is not { } placer || placer.Table != table) into.Placer = placer = new GangPlacer(table, into, policyFinder);
        into.Clear();
        into.Roles = request.Roles;
        into.LayoutEpoch = table.LayoutEpoch;
        return NeedsRules(plan, within)
            ? placer.Rules(sets).Place(plan, request, within)
            : placer.Place(plan);
    }

    /// <summary>
    /// Takes a known placement, also on nodes that take no new work. Racks that are not known are ignored, here and in
    /// <see cref="Release(GangPlacement, ImmutableArray{RoleSpec})"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">A GPU is not free.</exception>
    public void Take(GangPlacement placement, ImmutableArray<RoleSpec> roles)
    {
        MustBeOutsideTrial();
        foreach (var slice in placement.Racks) Apply(slice, new Shapes(roles, default), taking: true);
    }

    /// <summary>Gives back what a placement holds.</summary>
    /// <exception cref="InvalidOperationException">A GPU is free already.</exception>
    public void Release(GangPlacement placement, ImmutableArray<RoleSpec> roles)
    {
        MustBeOutsideTrial();
        foreach (var slice in placement.Racks) Apply(slice, new Shapes(roles, default), taking: false);
    }

    /// <summary>Gives back what the last <see cref="TryPlace(GangRequest, PlacementBuffer)"/> into this buffer took.</summary>
    public void Release(PlacementBuffer placed)
    {
        MustBeOutsideTrial();
        ReleaseNow(placed);
    }

    internal void ReleaseNow(PlacementBuffer placed)
    {
        // A rack that went and came back since has another position.
        table.Settle();
        for (var i = 0; i < placed.SliceCount; i++)
        {
            ref readonly var slice = ref placed.SliceAt(i);
            var rack = slice.Rack;
            if (placed.LayoutEpoch != table.LayoutEpoch && !table.TryFind(slice.Id, out rack)) continue;
            table.ApplyRun(rack, placed.WorkersOf(i), placed.Roles[slice.Role].Shape, taking: false);
        }

        placed.Clear();
    }

    /// <summary>Gives back workers of one shape in one rack, for callers who keep placements in a form of their own.</summary>
    /// <exception cref="InvalidOperationException">A GPU is free already.</exception>
    public void Release(RackId rack, ReadOnlySpan<WorkerSlot> workers, WorkerShape shape)
    {
        MustBeOutsideTrial();
        if (table.TryFind(rack, out var position)) table.ApplyRun(position, workers, shape, taking: false);
    }

    /// <summary>Takes one rack's part of a placement; shapes by role index.</summary>
    /// <exception cref="InvalidOperationException">A GPU is not free.</exception>
    public void TakeSlice(RackSlice slice, ImmutableArray<WorkerShape> shapes)
    {
        MustBeOutsideTrial();
        Apply(slice, new Shapes(default, shapes), taking: true);
    }

    /// <summary>Gives back one rack's part of a placement; shapes by role index.</summary>
    /// <exception cref="InvalidOperationException">A GPU is free already.</exception>
    public void ReleaseSlice(RackSlice slice, ImmutableArray<WorkerShape> shapes)
    {
        MustBeOutsideTrial();
        Apply(slice, new Shapes(default, shapes), taking: false);
    }

    /// <summary>
    /// False only when the gang certainly has no room now; exact for gangs of one role whose rules are Rack or Block alone. Costs a few counters and
    /// what changed since the shape was last asked for.
    /// </summary>
    public bool CouldFitNow(GangRequest request)
    {
        if (!CouldFitWith(0, request)) return false;
        // Rules only ever leave less room than there is without them, but spares are more than the views count.
        if (request.MayUseSpares && table.SpareNodes > 0) return true;
        foreach (var role in PlanOf(request).Roles)
        {
            var view = role.Any.View;
            view.Sync();
            var fits = request.Topology.Required switch
            {
                TopologyLevel.None => view.Total >= role.Count,
                TopologyLevel.Block => view.BestRack(role.Count) >= 0 || view.HasBlock(role.Count),
                _ => view.BestRack(role.Count) >= 0,
            };
            if (!fits) return false;
        }

        return true;
    }

    /// <summary>False when the gang asks for more GPU than is free and so much more that would be released for it.</summary>
    public bool CouldFitWith(long gpuMilli, GangRequest request)
    {
        table.Settle();

        // Which nodes are spares shifts with what is released.
        if (gpuMilli > 0 && table.SpareNodes > 0) return true;
        foreach (var role in request.Roles) gpuMilli -= role.Shape.Gpus == 0 ? 0 : role.Count * role.Shape.TotalGpuMilli;
        return gpuMilli + table.FreeGpuMilli + (request.MayUseSpares ? table.SpareGpuMilli : 0) >= 0;
    }

    /// <summary>What stands in the gang's way now, for the role that fits worst.</summary>
    public Shortage Diagnose(GangRequest request)
    {
        table.Settle();
        return diagnosis.Of(PlanOf(request), request);
    }

    /// <summary>The nodes themselves, for planners that work on copies of their state.</summary>
    internal RackTable Table
    {
        get
        {
            table.Settle();
            return table;
        }
    }

    /// <summary>How many workers of a shape each rack has room for, of a tenant where that matters.</summary>
    internal ShapeView ViewOf(WorkerShape shape, TenantId tenant = default) => shapeViews.Get(new(shape, table.Classes.Distinct(tenant)));

    /// <summary>False when a placement surely is not taken: some GPU that it names is free.</summary>
    internal bool Holds(GangPlacement placement, ImmutableArray<RoleSpec> roles)
    {
        foreach (var slice in placement.Racks)
        {
            if (!table.TryFind(slice.Rack, out var rack)) continue;
            foreach (ref readonly var worker in slice.Workers.AsSpan())
            {
                if ((uint)worker.Slot >= RackTable.Slots) return false;
                var gpus = roles[worker.Role].Shape.Gpus == 0 ? 0 : worker.Gpus;
                if ((gpus & table.Nodes[rack * RackTable.Slots + worker.Slot].Free) != 0) return false;
            }
        }

        return true;
    }

    private int Evictions => shapeViews.Evictions + levelViews.Evictions + gentleViews.Evictions;

    private GangPlan PlanOf(GangRequest request)
    {
        if (request.Plan is { } known && known.Owner == this && !known.IsStale(Evictions, table.Classes.TenantEpoch)) return known;
        var tenant = table.Classes.Distinct(request.Tenant);
        var plan = GangPlan.Make(this, request, table.Classes.TenantEpoch, shape => new Choice(
            shapeViews.Get(new(shape, tenant)), levelViews.Get(new(EligibilityOf(shape), tenant)), gentleViews.Get(new(shape, tenant))));
        // Once per request: one that waits and is tried again has not arrived again.
        if (request.Plan is null)
            foreach (var role in request.Roles) policyFinder?.Learner.Saw(role.Shape, role.Count);
        plan.Evictions = Evictions;
        request.Plan = plan;
        return plan;
    }

    /// <summary>Shapes that differ only in size share one view of nodes by level.</summary>
    private static WorkerShape EligibilityOf(WorkerShape shape) => shape with { CpuMilli = 0, MemoryMiB = 0, Gpus = Math.Min(1, shape.Gpus), GpuMilli = WorkerShape.WholeGpu, Extended = [.. shape.Extended.Select(e => e with { Count = 1 })] };

    private void Apply(RackSlice slice, Shapes shapes, bool taking)
    {
        if (!table.TryFind(slice.Rack, out var rack)) return;
        var workers = slice.Workers.AsSpan();
        for (var from = 0; from < workers.Length;)
        {
            var to = from + 1;
            while (to < workers.Length && workers[to].Role == workers[from].Role) to++;
            table.ApplyRun(rack, workers[from..to], shapes.Of(workers[from].Role), taking);
            from = to;
        }
    }

    private RackFree FreeOf(int rack)
    {
        var schedulable = table.Schedulable[rack];
        int whole = 0;
        long milli = 0;
        for (var rest = schedulable; rest != 0; rest &= rest - 1)
        {
            var node = rack * RackTable.Slots + BitOperations.TrailingZeroCount(rest);
            whole += BitOperations.PopCount(table.Nodes[node].Free);
            for (var shared = table.Shared[node]; shared != 0; shared &= shared - 1) milli += table.Left[node * table.MaxGpus + BitOperations.TrailingZeroCount(shared)];
        }

        return new RackFree(
            table.Ids[rack], table.Specs[rack]!.Block, BitOperations.PopCount(table.Exists[rack]), BitOperations.PopCount(schedulable),
            BitOperations.PopCount(schedulable & table.AllGpusFree[rack]), whole, whole * 1000L + milli);
    }

    /// <summary>A shape by role index, from either of the two forms in which callers have them.</summary>
    private readonly struct Shapes(ImmutableArray<RoleSpec> roles, ImmutableArray<WorkerShape> shapes)
    {
        public WorkerShape Of(int role) => shapes.IsDefault ? roles[role].Shape : shapes[role];
    }
}
