using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Placement.Policies;

namespace Scheduling.Pools;

/// <summary>
/// The pool's picture of its racks, kept in a <see cref="PlacementIndex"/>. A rack's own ledger is the truth; what the pool has
/// under way (planned but not yet held, or not yet given back) is laid over it, so that nothing is promised twice.
/// </summary>
internal sealed class RackBook(IScoringPolicy? placement = null)
{
    private readonly Dictionary<RackId, RackView> _views = [];
    private readonly Dictionary<RackId, Dictionary<AttemptId, PoolAttempt>> _own = [];

    /// <summary>Slices that were planned but that the rack's ledger leaves no room for: they are not in the index.</summary>
    private readonly HashSet<(PlanRef, RackId)> _left = [];

    private readonly List<(PoolAttempt Attempt, int Slot)> _moved = [];

    public PlacementIndex Index { get; } = new(placement);

    public IReadOnlyCollection<RackId> Racks => _views.Keys;

    public RackView? Find(RackId rack) => _views.GetValueOrDefault(rack);

    /// <summary>The model of a worker's node; null when the rack is not known.</summary>
    public string? ModelOf(RackId rack, int slot) =>
        _views.TryGetValue(rack, out var view) && slot < view.Spec.Nodes.Length ? view.Spec.Nodes[slot].GpuModel : null;

    /// <summary>Nodes that take new work and on which nothing runs or ran until now, whatever is being placed there or promised; a bit per slot.</summary>
    public ulong WorklessNodes(RackView view)
    {
        var working = 0UL;
        var own = _own.GetValueOrDefault(view.Spec.Rack);
        foreach (var attempt in own is null ? [] : own.Values.Where(a => a.Stage != AttemptStage.Placing))
        {
            working |= WorkerSlot.SlotsOf(attempt.Placement!.Racks.First(s => s.Rack == view.Spec.Rack).Workers);
        }

        foreach (var stranger in view.Allocations.Where(l => !IsOwn(view.Spec.Rack, l)))
        {
            working |= WorkerSlot.SlotsOf(stranger.Workers);
        }

        return view.Schedulable & ~working;
    }

    /// <summary>This attempt's slices count from now on. <paramref name="taken"/>: the index has them already.</summary>
    public void Own(PoolAttempt attempt, bool taken)
    {
        var shapes = attempt.Shapes;
        JoinSet(attempt, attempt.Placement!);
        foreach (var slice in attempt.Placement!.Racks)
        {
            if (!_own.TryGetValue(slice.Rack, out var here))
            {
                here = [];
                _own.Add(slice.Rack, here);
            }

            here[attempt.Id] = attempt;
            if (!taken && _views.ContainsKey(slice.Rack))
            {
                Index.TakeSlice(slice, shapes);
            }
        }
    }

    /// <summary>This attempt's slices are free again.</summary>
    public void Disown(PoolAttempt attempt)
    {
        var shapes = attempt.Shapes;
        LeaveSet(attempt, attempt.Placement!);
        foreach (var slice in attempt.Placement!.Racks)
        {
            if (_own.TryGetValue(slice.Rack, out var here))
            {
                here.Remove(attempt.Id);
            }

            if (_views.ContainsKey(slice.Rack) && !_left.Remove((attempt.Ref, slice.Rack)))
            {
                Index.ReleaseSlice(slice, shapes);
            }
        }
    }

    /// <summary>Others of the attempt's set keep away from there: it is there, or is promised to be.</summary>
    public void JoinSet(PoolAttempt attempt, GangPlacement placement)
    {
        if (attempt.Request.Spread is { } spread)
        {
            foreach (var slice in placement.Racks)
            {
                Index.JoinSet(spread.Set, slice);
            }
        }
    }

    /// <summary>The opposite of <see cref="JoinSet"/>, with an equal placement.</summary>
    public void LeaveSet(PoolAttempt attempt, GangPlacement placement)
    {
        if (attempt.Request.Spread is { } spread)
        {
            foreach (var slice in placement.Racks)
            {
                Index.LeaveSet(spread.Set, slice);
            }
        }
    }

    /// <summary>A rack was seen. False when the view is older than what is known.</summary>
    public bool See(RackView view)
    {
        if (_views.TryGetValue(view.Spec.Rack, out var known) && known.Version > view.Version)
        {
            return false;
        }

        var rack = view.Spec.Rack;
        _views[rack] = view;
        Adopt(view);
        _left.RemoveWhere(l => l.Item2 == rack);
        Index.SetRack(view with { Allocations = Overlay(view) });
        return true;
    }

    /// <summary>Attempts whose workers the last view that was seen shows on other slots than were known, and those slots.</summary>
    public IReadOnlyList<(PoolAttempt Attempt, int Slot)> Moved => _moved;

    /// <summary>What runs is where its rack says: workers of lost nodes got others there.</summary>
    private void Adopt(RackView view)
    {
        _moved.Clear();
        var rack = view.Spec.Rack;
        if (!_own.TryGetValue(rack, out var here))
        {
            return;
        }

        foreach (var allocation in view.Allocations.Where(a => a is { Committed: true, Moves: > 0 }))
        {
            if (!here.TryGetValue(allocation.Attempt, out var attempt) || attempt.Plan != allocation.Plan)
            {
                continue;
            }

            var at = attempt.Placement!.Racks.IndexOf(attempt.Placement.Racks.First(s => s.Rack == rack));
            var known = attempt.Placement.Racks[at].Workers;
            if (known.AsSpan().SequenceEqual(allocation.Workers.AsSpan()))
            {
                continue;
            }

            attempt.Placement = attempt.Placement with { Racks = attempt.Placement.Racks.SetItem(at, attempt.Placement.Racks[at] with { Workers = allocation.Workers }) };
            _moved.AddRange(allocation.Workers.Where((w, i) => i >= known.Length || known[i].Slot != w.Slot).Select(w => w.Slot).Distinct().Select(slot => (attempt, slot)));
        }
    }

    /// <summary>The rack said that it is at this version after a command of ours: older views are out of date.</summary>
    public void Advance(RackId rack, long version)
    {
        if (_views.TryGetValue(rack, out var known) && known.Version < version)
        {
            _views[rack] = known with { Version = version };
        }
    }

    /// <summary>Committed attempts of ours that this view does not show as committed under their plan.</summary>
    public IReadOnlyList<PoolAttempt> MissingIn(RackView view) =>
        !_own.TryGetValue(view.Spec.Rack, out var here) ? [] :
        [.. here.Values
            .Where(a => a.Stage == AttemptStage.Running && !view.Allocations.Any(l => l.Attempt == a.Id && l.Plan == a.Plan && l.Committed))
            .OrderBy(a => a.Id.Job).ThenBy(a => a.Id.Number)];

    /// <summary>What this view shows as committed and the pool knows nothing of.</summary>
    public IReadOnlyList<RackAllocation> StrangersIn(RackView view) =>
        [.. view.Allocations.Where(l => l.Committed && !IsOwn(view.Spec.Rack, l))];

    private bool IsOwn(RackId rack, RackAllocation allocation) =>
        _own.TryGetValue(rack, out var here) && here.TryGetValue(allocation.Attempt, out var attempt) && attempt.Plan == allocation.Plan;

    private ImmutableArray<RackAllocation> Overlay(RackView view)
    {
        var rack = view.Spec.Rack;
        var all = view.Allocations.Where(l => !IsOwn(rack, l)).ToList();
        if (!_own.TryGetValue(rack, out var here))
        {
            return [.. all];
        }

        var shown = view.Allocations.Where(l => IsOwn(rack, l)).Select(l => l.Attempt).ToHashSet();
        var room = new SlotUsage(all);
        foreach (var attempt in here.Values.OrderBy(a => !shown.Contains(a.Id)).ThenBy(a => a.Plan))
        {
            var slice = attempt.Placement!.Racks.First(s => s.Rack == rack);

            // What the rack itself shows is there, whatever else; what it does not show must fit beside all the rest.
            if (!shown.Contains(attempt.Id) && !room.Fits(slice))
            {
                _left.Add((attempt.Ref, rack));
                continue;
            }

            var allocation = new RackAllocation
            {
                Attempt = attempt.Id, Committed = true, Workers = slice.Workers, Shapes = attempt.Shapes, Plan = attempt.Plan,
                Tenant = attempt.Spec.Tenant,
            };
            room.Add(slice.Workers);
            all.Add(allocation);
        }

        return [.. all];
    }

    /// <summary>GPU milli taken per (slot, GPU): enough to see whether two slices claim the same GPU.</summary>
    private sealed class SlotUsage
    {
        private readonly Dictionary<(int Slot, int Gpu), int> _milli = [];

        public SlotUsage(IEnumerable<RackAllocation> allocations)
        {
            foreach (var allocation in allocations)
            {
                Add(allocation.Workers);
            }
        }

        public bool Fits(RackSlice slice) => slice.Workers.All(w => GpusOf(w).All(g => _milli.GetValueOrDefault((w.Slot, g)) + w.GpuMilli <= WorkerShape.WholeGpu));

        public void Add(ImmutableArray<WorkerSlot> workers)
        {
            foreach (var worker in workers)
            {
                foreach (var gpu in GpusOf(worker))
                {
                    _milli[(worker.Slot, gpu)] = _milli.GetValueOrDefault((worker.Slot, gpu)) + worker.GpuMilli;
                }
            }
        }

        private static IEnumerable<int> GpusOf(WorkerSlot worker) => Enumerable.Range(0, 64).Where(g => (worker.Gpus >> g & 1) != 0);
    }
}
