namespace Scheduling.Pools;

/// <summary>
/// Groups that a promise may help. By priority and first attempt, which is the order in which they deserve it; and in turn, who was looked at
/// longest ago first, so that each is looked at some day however many stand before it.
/// </summary>
internal sealed class HelpOrder
{
    private readonly SortedSet<PendingGroup> _byHead = new(PendingGroup.ByHead);
    private readonly SortedSet<PendingGroup> _byTurn = new(TurnOrder.Instance);

    public int Count => _byTurn.Count;

    public IEnumerable<PendingGroup> InOrder => _byHead;

    public IEnumerable<PendingGroup> InTurn => _byTurn;

    /// <summary>Who was looked at longest ago; null when there is nobody.</summary>
    public PendingGroup? Next => _byTurn.Min;

    /// <summary>Its turn is what it was, however often it came and went meanwhile.</summary>
    public void Add(PendingGroup group)
    {
        _byTurn.Add(group);
        HeadEnters(group);
    }

    /// <summary>Groups without attempts have left the order already: see <see cref="HeadLeaves"/>.</summary>
    public bool Remove(PendingGroup group)
    {
        if (group.Waiting.Count > 0)
        {
            HeadLeaves(group);
        }

        return _byTurn.Remove(group);
    }

    /// <summary>The first attempt of a group is about to change: it must not stand in a sorted set meanwhile.</summary>
    public void HeadLeaves(PendingGroup group) => _byHead.Remove(group);

    public void HeadEnters(PendingGroup group) => _byHead.Add(group);

    /// <summary>It was looked at: all others have their turn before it has the next.</summary>
    public void ToTheEnd(PendingGroup group, long turn)
    {
        var isHere = _byTurn.Remove(group);
        group.Turn = turn;
        if (isHere)
        {
            _byTurn.Add(group);
        }
    }

    private sealed class TurnOrder : IComparer<PendingGroup>
    {
        public static TurnOrder Instance { get; } = new();

        public int Compare(PendingGroup? x, PendingGroup? y) => x!.Turn.CompareTo(y!.Turn);
    }
}
