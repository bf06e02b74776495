using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Racks;

/// <summary>
/// Which GPUs, cores and memory of which node hold which attempt: the truth that pools plan from. <c>Decide…</c> looks and changes
/// nothing; <see cref="Apply"/> is the only way in which a ledger changes, so a journal of entries is the ledger.
/// </summary>
public sealed partial class RackLedger
{
    /// <summary>Withheld nodes remembered that are not in the rack; the oldest are forgotten first.</summary>
    private const int MaxAbsentWithheld = 256;

    /// <summary>Attempts whose release is remembered; a hold that comes later than this many releases is ended by its lease instead.</summary>
    private const int MaxReleased = 512;

    private readonly RackId _rack;
    private readonly List<RackNode> _slots = [];
    private readonly Dictionary<NodeId, int> _slotOf = [];
    private readonly Dictionary<AttemptId, RackAllocation> _allocations = [];
    private readonly HashSet<AttemptId> _held = [];
    private readonly List<NodeId> _withheld = [];
    private readonly EndedPlans _released = new(MaxReleased);
    private string _block = "";
    private int _spares;
    private ulong _schedulable;
    private RackView? _view;

    public RackLedger(RackId rack) => _rack = rack;

    /// <summary>Grows with every change.</summary>
    public long Version { get; private set; }

    /// <summary>The highest pool epoch seen: older ones are refused.</summary>
    public long Epoch { get; private set; }

    /// <summary>Moves when slots or the schedulable bits do: what a pool does not see in the answers to its own commands. Not stored.</summary>
    public long OfferVersion { get; private set; }

    /// <summary>Something was offered at least once.</summary>
    public bool IsOffered { get; private set; }

    /// <summary>Holds that are neither committed nor released.</summary>
    public int Holds => _held.Count;

    /// <summary>A bit per slot: this node takes new work.</summary>
    public ulong Schedulable => _schedulable;

    /// <summary>The picture that pools plan from; made once per version.</summary>
    public RackView View() => _view ??= new RackView
    {
        Spec = Spec(),
        Schedulable = _schedulable,
        Allocations = SortedAllocations(),
        Version = Version,
        Epoch = Epoch,
    };

    /// <summary>Where an attempt's workers are; null when none are here.</summary>
    public RackWorkers? WorkersOf(AttemptId attempt) => _allocations.TryGetValue(attempt, out var allocation)
        ? new RackWorkers
        {
            Workers = allocation.Workers,
            Nodes = NodesIn(allocation.Workers),
            Committed = allocation.Committed,
        }
        : null;

    /// <summary>The nodes that these workers of the attempt are on; empty when they are not here, or not (any more) in these slots.</summary>
    public ImmutableArray<NodeId> NodesOf(AttemptId attempt, ImmutableArray<WorkerSlot> workers) =>
        _allocations.TryGetValue(attempt, out var allocation) && allocation.Workers.AsSpan().SequenceEqual(workers.AsSpan()) ? NodesIn(workers) : [];

    private ImmutableArray<NodeId> NodesIn(ImmutableArray<WorkerSlot> workers) => ImmutableArray.CreateRange(workers, w => _slots[w.Slot].Spec.Name);

    public RackSnapshot Snapshot()
    {
        var retired = 0UL;
        for (var slot = 0; slot < _slots.Count; slot++)
        {
            if (_slots[slot].Retired)
                retired |= 1UL << slot;
        }

        return new RackSnapshot
        {
            Spec = Spec(),
            Retired = retired,
            Withheld = [.. _withheld],
            Allocations = SortedAllocations(),
            Released = _released.ToArray(),
            Version = Version,
            Epoch = Epoch,
            Offered = IsOffered,
        };
    }

    /// <summary>The ledger that a snapshot was taken of.</summary>
    public static RackLedger Restore(RackSnapshot snapshot)
    {
        var ledger = new RackLedger(snapshot.Spec.Rack);
        ledger._withheld.AddRange(snapshot.Withheld);
        ledger.SetSlots(snapshot.Spec, snapshot.Retired);
        foreach (var allocation in snapshot.Allocations)
            ledger.Add(allocation);
        foreach (var plan in snapshot.Released)
            ledger._released.Add(plan);
        ledger.Version = snapshot.Version;
        ledger.Epoch = snapshot.Epoch;
        ledger.IsOffered = snapshot.Offered;
        ledger.RefreshSchedulable();
        return ledger;
    }

    /// <summary>The allocation or hold of this attempt; null when there is none.</summary>
    public RackAllocation? Find(AttemptId attempt) => _allocations.GetValueOrDefault(attempt);

    /// <summary>Holds whose lease ended, but for those to <paramref name="leaveOut"/>: the longest overdue first, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<RackAllocation> Overdue(DateTimeOffset now, int limit, Func<AttemptId, bool>? leaveOut = null) =>
        _held.Count == 0
            ? []
            : [.. _held.Select(a => _allocations[a]).Where(h => h.LeaseUntil <= now && leaveOut?.Invoke(h.Attempt) != true)
                .OrderBy(h => h.LeaseUntil).ThenBy(h => h.Attempt.Job).ThenBy(h => h.Attempt.Number).Take(limit)];

    /// <summary>When the next lease ends, but for holds to <paramref name="leaveOut"/>; null without such holds.</summary>
    public DateTimeOffset? NextLeaseEnd(Func<AttemptId, bool>? leaveOut = null)
    {
        DateTimeOffset? next = null;
        foreach (var attempt in _held)
        {
            var end = _allocations[attempt].LeaseUntil;
            if (!(end >= next) && leaveOut?.Invoke(attempt) != true)
                next = end;
        }

        return next;
    }

    /// <summary>Who is on this node, held or allocated, in attempt order. Nobody when the rack does not have it.</summary>
    public ImmutableArray<AttemptId> AttemptsOn(NodeId node)
    {
        if (!_slotOf.TryGetValue(node, out var slot) || _slots[slot].Workers == 0)
            return [];
        return [.. _allocations.Values.Where(a => a.Workers.Any(w => w.Slot == slot)).Select(a => a.Attempt)
            .OrderBy(a => a.Job).ThenBy(a => a.Number)];
    }

    /// <summary>Who is on this node with GPUs that it does not offer any more, in attempt order.</summary>
    public ImmutableArray<AttemptId> AttemptsBeyond(NodeId node)
    {
        if (!_slotOf.TryGetValue(node, out var slot) || !_slots[slot].HasTakenGpusBeyond)
            return [];
        return [.. AttemptsOn(node).Where(a => _allocations[a].Workers.Any(w => w.Slot == slot && _slots[slot].IsBeyond(w)))];
    }

    /// <summary>Makes one change. Entries that <c>Decide…</c> gave for exactly this state always apply.</summary>
    /// <exception cref="InvariantViolationException">The entry does not belong to this state: nothing of it may be kept.</exception>
    public void Apply(RackEntry entry)
    {
        switch (entry.Kind)
        {
            case RackEntryKind.Attached:
                Invariant.Holds(entry.Epoch > Epoch, "I13", $"{_rack}: epoch {entry.Epoch} does not follow {Epoch}");
                Epoch = entry.Epoch;
                break;
            case RackEntryKind.Held:
                Hold(entry.Allocation!);
                break;
            case RackEntryKind.Committed:
                Commit(entry.Plan);
                break;
            case RackEntryKind.Released:
                _released.Add(entry.Plan);
                if (_allocations.TryGetValue(entry.Plan.Attempt, out var allocation) && (allocation.Plan == entry.Plan.Plan || !Guards.Hold(Guard.ReleaseOfItsPlan)))
                    Remove(entry.Plan.Attempt);
                break;
            case RackEntryKind.Offered:
                SetSlots(entry.Spec!, entry.Retired);
                RefreshSchedulable();
                IsOffered = true;
                break;
            case RackEntryKind.SchedulableSet:
                SetSchedulable(entry.Node, entry.Schedulable);
                break;
            case RackEntryKind.Moved:
                Move(entry.Allocation!);
                break;
            default:
                throw new InvariantViolationException("I18", $"{_rack}: entry kind {entry.Kind} is not known here");
        }

        Version++;
        _view = null;
    }

    private void Hold(RackAllocation hold)
    {
        if (_allocations.TryGetValue(hold.Attempt, out var before) && before.Plan == hold.Plan)
        {
            // Only a longer lease: nothing is let go meanwhile, or a node that has vanished would lose its slot under the hold.
            _allocations[hold.Attempt] = hold;
            return;
        }

        Remove(hold.Attempt);
        Add(hold);
    }

    private void Commit(PlanRef plan)
    {
        if (!_allocations.TryGetValue(plan.Attempt, out var hold) || hold.Plan != plan.Plan)
            throw new InvariantViolationException("I8", $"{_rack}: commit of {plan}, which is not held");
        _allocations[plan.Attempt] = hold with { Committed = true };
        _held.Remove(plan.Attempt);
    }

    private void Add(RackAllocation allocation)
    {
        _allocations.Add(allocation.Attempt, allocation);
        if (!allocation.Committed)
            _held.Add(allocation.Attempt);
        foreach (ref readonly var worker in allocation.Workers.AsSpan())
            _slots[worker.Slot].Take(worker, allocation.Shapes[worker.Role]);
    }

    private void Remove(AttemptId attempt)
    {
        if (!_allocations.Remove(attempt, out var allocation))
            return;
        _held.Remove(attempt);
        foreach (ref readonly var worker in allocation.Workers.AsSpan())
        {
            var node = _slots[worker.Slot];
            node.Return(worker, allocation.Shapes[worker.Role]);
            if (node is { Retired: true, Workers: 0 })
                Vacate(worker.Slot);
            if (((_schedulable >> worker.Slot) & 1) == 0 && node.TakesNewWork)
            {
                _schedulable |= 1UL << worker.Slot; // It was overcommitted and is no longer.
                OfferVersion++;
            }
        }
    }

    private void Vacate(int slot)
    {
        _slotOf.Remove(_slots[slot].Spec.Name);
        _slots[slot] = new RackNode();
        OfferVersion++;
        TrimWithheld();
    }

    private void SetSlots(RackSpec spec, ulong retired)
    {
        _block = spec.Block;
        _spares = spec.Spares;
        _slotOf.Clear();
        for (var slot = 0; slot < spec.Nodes.Length; slot++)
        {
            if (slot == _slots.Count)
                _slots.Add(new RackNode());
            var next = spec.Nodes[slot];
            if (_slots[slot].Spec.Name != next.Name)
            {
                Invariant.Holds(_slots[slot].Workers == 0, "I1", $"{_rack}: slot {slot} changed its node with workers on it");
                _slots[slot] = new RackNode();
            }

            _slots[slot].SetSpec(next);
            _slots[slot].Retired = ((retired >> slot) & 1) != 0;
            if (!next.IsVacant)
                _slotOf.Add(next.Name, slot);
        }

        _slots.RemoveRange(spec.Nodes.Length, _slots.Count - spec.Nodes.Length);
        TrimWithheld();
    }

    private void SetSchedulable(NodeId node, bool schedulable)
    {
        _withheld.Remove(node);
        if (!schedulable)
            _withheld.Add(node);
        TrimWithheld();
        RefreshSchedulable();
    }

    private void TrimWithheld()
    {
        for (var absent = _withheld.Count(n => !_slotOf.ContainsKey(n)); absent > MaxAbsentWithheld; absent--)
            _withheld.RemoveAt(_withheld.FindIndex(n => !_slotOf.ContainsKey(n)));
    }

    private void RefreshSchedulable()
    {
        OfferVersion++;
        _schedulable = 0;
        for (var slot = 0; slot < _slots.Count; slot++)
        {
            var node = _slots[slot];
            node.Withheld = !node.Spec.IsVacant && _withheld.Contains(node.Spec.Name);
            if (node.TakesNewWork)
                _schedulable |= 1UL << slot;
        }
    }

    private RackSpec Spec() => new() { Rack = _rack, Block = _block, Nodes = [.. _slots.Select(s => s.Spec)], Spares = _spares };

    private ImmutableArray<RackAllocation> SortedAllocations() =>
        [.. _allocations.Values.OrderBy(a => a.Attempt.Job).ThenBy(a => a.Attempt.Number)];
}
