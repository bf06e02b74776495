using Scheduling.Model;

namespace Scheduling.Pools;

/// <summary>
/// One level of a quota tree among the attempts that wait at one priority. Its children stand in fair order, so the next attempt is found
/// by going down; a change moves the nodes of one path only: O(depth · log siblings), however many wait.
/// </summary>
internal sealed class PendingNode(string name, PendingNode? parent)
{
    private readonly Dictionary<string, PendingNode> _children = new(StringComparer.Ordinal);
    private readonly SortedSet<PendingNode> _readyChildren = new(FairOrder.Instance);
    private readonly SortedSet<PendingGroup> _readyGroups = new(PendingGroup.ByHead);
    private readonly HashSet<PendingGroup> _groups = [];
    private bool _inParent;

    public string Name { get; } = name;

    public PendingNode? Parent { get; } = parent;

    public IReadOnlyCollection<PendingNode> Children => _children.Values;

    public IReadOnlyCollection<PendingGroup> Groups => _groups;

    /// <summary>Its claim against its siblings', as of when it was last put in order.</summary>
    public ShareRank Rank { get; private set; }

    /// <summary>The group that goes first here and below among those worth trying; null when there is none.</summary>
    public PendingGroup? Best { get; private set; }

    /// <summary>Attempts that wait here and below.</summary>
    public int Count { get; private set; }

    /// <summary>Attempts that wait exactly here, whatever they wait for.</summary>
    public OrderedAttempts All { get; } = new();

    public bool IsEmpty => _groups.Count == 0 && _children.Count == 0;

    public PendingNode? Child(string name) => _children.GetValueOrDefault(name);

    public PendingNode ChildOf(string name)
    {
        if (!_children.TryGetValue(name, out var child))
        {
            child = new PendingNode(name, this);
            _children.Add(name, child);
        }

        return child;
    }

    public void Drop(PendingNode child) => _children.Remove(child.Name);

    public void Add(PoolAttempt attempt)
    {
        All.Add(attempt);
        AddCount(1);
    }

    public void Remove(PoolAttempt attempt)
    {
        All.Remove(attempt);
        AddCount(-1);
    }

    /// <summary>How many wait here and below that stand before an attempt of another account with the same share.</summary>
    public long CountBefore(PoolAttempt attempt) => All.CountBefore(attempt) + _children.Values.Sum(c => c.CountBefore(attempt));

    /// <summary>All that wait here and below, in order; read as far as they are wanted.</summary>
    public IEnumerable<PoolAttempt> InOrder() => _children.Count == 0 ? All.All : All.All.Concat(
        _children.Values.Where(c => c.Count > 0).OrderBy(c => c.Rank).ThenBy(c => c.InOrder().First(), QueueOrder.Instance).SelectMany(c => c.InOrder()));

    public void Join(PendingGroup group) => _groups.Add(group);

    public void Part(PendingGroup group) => _groups.Remove(group);

    /// <summary>Before anything that decides the order changes: it must not stand in a sorted set while its key does.</summary>
    public void Leave()
    {
        for (var node = this; node is not null; node = node.Parent)
        {
            if (node._inParent)
            {
                node.Parent!._readyChildren.Remove(node);
                node._inParent = false;
            }
        }
    }

    public void SetReady(PendingGroup group, bool ready)
    {
        if (ready)
        {
            _readyGroups.Add(group);
        }
        else
        {
            _readyGroups.Remove(group);
        }
    }

    /// <summary>After a change, from the changed node up to the root.</summary>
    public void Enter(Func<QuotaPath, ShareRank> rankOf)
    {
        for (var node = this; ; node = node.Parent)
        {
            node.Best = First(node._readyGroups.Min, node._readyChildren.Min?.Best);
            if (node.Parent is not { } above)
            {
                return;
            }

            node.Rank = rankOf(new QuotaPath(node.Name));
            if (node.Best is not null)
            {
                above._readyChildren.Add(node);
                node._inParent = true;
            }
        }
    }

    private void AddCount(int more)
    {
        for (var node = this; node is not null; node = node.Parent)
        {
            node.Count += more;
        }
    }

    private static PendingGroup? First(PendingGroup? own, PendingGroup? below) =>
        own is null ? below : below is null || PendingGroup.ByHead.Compare(own, below) <= 0 ? own : below;

    /// <summary>Siblings: the smaller share first; of equal shares the one whose next attempt stands first.</summary>
    private sealed class FairOrder : IComparer<PendingNode>
    {
        public static FairOrder Instance { get; } = new();

        public int Compare(PendingNode? x, PendingNode? y)
        {
            if (ReferenceEquals(x, y))
            {
                return 0;
            }

            var byShare = x!.Rank.CompareTo(y!.Rank);
            if (byShare != 0)
            {
                return byShare;
            }

            var byHead = PendingGroup.ByHead.Compare(x.Best, y.Best);
            return byHead != 0 ? byHead : string.CompareOrdinal(x.Name, y.Name);
        }
    }
}
