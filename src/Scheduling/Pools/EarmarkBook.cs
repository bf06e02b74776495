using System.Numerics;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Scheduling.Pools;

/// <summary>
/// Which machines were bought for whom. Those that are there and have nothing on them are taken as a whole in the index, so that nobody else is placed
/// on them; while their own attempt is placed they are let go. What is held is derived: only the earmarks themselves are stored.
/// </summary>
internal sealed class EarmarkBook(RackBook racks)
{
    /// <summary>In the order in which they were set.</summary>
    private readonly OrderedDictionary<AttemptId, MachineEarmark> _marks = [];
    private readonly Dictionary<NodeId, AttemptId> _owners = [];
    private readonly Dictionary<NodeId, (RackId Rack, int Slot, long GpuMilli)> _held = [];
    private readonly Dictionary<RackId, ulong> _heldOn = [];

    public int Count => _marks.Count;

    public IReadOnlyCollection<MachineEarmark> All => _marks.Values;

    /// <summary>GPU thousandths of nodes that take work and are held.</summary>
    public long HeldGpuMilli { get; private set; }

    public bool Has(AttemptId attempt) => _marks.ContainsKey(attempt);

    public MachineEarmark? Find(AttemptId attempt) => _marks.GetValueOrDefault(attempt);

    public bool IsHeld(NodeId node) => _held.ContainsKey(node);

    /// <summary>Nodes of a rack that are kept free for their attempts, a bit per slot.</summary>
    public ulong HeldOn(RackId rack) => _heldOn.GetValueOrDefault(rack);

    /// <summary>An attempt whose time is over; null: none.</summary>
    public AttemptId? Overdue(DateTimeOffset now)
    {
        foreach (var mark in _marks.Values)
        {
            if (mark.Until <= now)
            {
                return mark.For;
            }
        }

        return null;
    }

    /// <summary>Each in place of what its attempt had; with no nodes it has none any more. Answers the racks on which something was let go.</summary>
    public IReadOnlyCollection<RackId> Set(IReadOnlyCollection<MachineEarmark> marks)
    {
        var freed = new SortedSet<RackId>(ById.Instance);
        foreach (var mark in marks)
        {
            Take(mark.For, freed);
        }

        foreach (var mark in marks.Where(m => !m.Nodes.IsEmpty))
        {
            _marks.Add(mark.For, mark);
            foreach (var node in mark.Nodes)
            {
                Invariant.Holds(_owners.TryAdd(node, mark.For), "I9", $"node {node} is earmarked for {_owners[node]} and for {mark.For}");
            }
        }

        if (marks.Any(m => !m.Nodes.IsEmpty))
        {
            foreach (var rack in racks.Racks)
            {
                OnFreed(rack);
            }
        }

        return freed;
    }

    /// <summary>The attempt's machines are everybody's. Answers the racks on which something was let go.</summary>
    public IReadOnlyCollection<RackId> End(AttemptId attempt)
    {
        var freed = new SortedSet<RackId>(ById.Instance);
        Take(attempt, freed);
        return freed;
    }

    /// <summary>The rack's view was set anew: what was held there is gone from the index, and is taken again.</summary>
    public void OnSeen(RackView view)
    {
        if (_marks.Count == 0)
        {
            return;
        }

        foreach (var node in _held.Where(h => h.Value.Rack == view.Spec.Rack).Select(h => h.Key).ToList())
        {
            Forget(node);
        }

        Hold(view);
    }

    /// <summary>Something was released on the rack.</summary>
    public void OnFreed(RackId rack)
    {
        if (_marks.Count > 0 && racks.Find(rack) is { } view)
        {
            Hold(view);
        }
    }

    /// <summary>The attempt's machines are let go while <paramref name="place"/> runs; what is still empty after it is held again.</summary>
    public T Lifted<T>(AttemptId attempt, Func<T> place)
    {
        if (!_marks.TryGetValue(attempt, out var mark))
        {
            return place();
        }

        var lifted = mark.Nodes.Where(_held.ContainsKey).Select(n => _held[n].Rack).Distinct().ToList();
        foreach (var node in mark.Nodes.Where(_held.ContainsKey))
        {
            LetGo(node);
        }

        try
        {
            return place();
        }
        finally
        {
            lifted.ForEach(OnFreed);
        }
    }

    private void Take(AttemptId attempt, SortedSet<RackId> freed)
    {
        if (!_marks.Remove(attempt, out var mark))
        {
            return;
        }

        foreach (var node in mark.Nodes)
        {
            _owners.Remove(node);
            if (_held.TryGetValue(node, out var held))
            {
                LetGo(node);
                freed.Add(held.Rack);
            }
        }
    }

    private void Hold(RackView view)
    {
        for (var slot = 0; slot < view.Spec.Nodes.Length; slot++)
        {
            var node = view.Spec.Nodes[slot];
            if (_owners.ContainsKey(node.Name) && !_held.ContainsKey(node.Name) && Guards.Hold(Guard.KeptForItsGang)
                && racks.Index.TakeWhole(view.Spec.Rack, slot))
            {
                var bit = 1UL << slot;
                var milli = (view.Schedulable & bit) != 0 ? (long)node.Gpus * WorkerShape.WholeGpu : 0;
                _held.Add(node.Name, (view.Spec.Rack, slot, milli));
                _heldOn[view.Spec.Rack] = HeldOn(view.Spec.Rack) | bit;
                HeldGpuMilli += milli;
            }
        }
    }

    private void LetGo(NodeId node)
    {
        var (rack, slot, _) = _held[node];
        racks.Index.ReleaseWhole(rack, slot);
        Forget(node);
    }

    private void Forget(NodeId node)
    {
        _held.Remove(node, out var held);
        HeldGpuMilli -= held.GpuMilli;
        var rest = HeldOn(held.Rack) & ~(1UL << held.Slot);
        if (rest == 0)
        {
            _heldOn.Remove(held.Rack);
        }
        else
        {
            _heldOn[held.Rack] = rest;
        }
    }

    /// <summary>What must hold: every machine has one owner, and only what has one is held.</summary>
    public void Check()
    {
        Invariant.Holds(_owners.Count == _marks.Values.Sum(m => m.Nodes.Length), "I9", $"{_owners.Count} machines have an owner, of {_marks.Values.Sum(m => m.Nodes.Length)} that are earmarked");
        Invariant.Holds(_held.Keys.All(_owners.ContainsKey), "I8", "a node is held for nobody");
        Invariant.Holds(_heldOn.Values.Sum(BitOperations.PopCount) == _held.Count, "I8", $"{_held.Count} nodes are held, and others are marked so");
    }

    private sealed class ById : IComparer<RackId>
    {
        public static ById Instance { get; } = new();

        public int Compare(RackId x, RackId y) => string.CompareOrdinal(x.Value, y.Value);
    }
}
