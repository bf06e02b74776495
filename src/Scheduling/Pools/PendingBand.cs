using Scheduling.Model;

namespace Scheduling.Pools;

/// <summary>The attempts that wait at one priority, by account: within it, fair shares decide.</summary>
internal sealed class PendingBand(int priority)
{
    private readonly PendingNode _root = new("", null);

    public int Priority { get; } = priority;

    public int Count => _root.Count;

    public bool IsEmpty => _root.IsEmpty;

    public PendingGroup? Best => _root.Best;

    /// <summary>All that wait in the band, in order; read as far as they are wanted.</summary>
    public IEnumerable<PoolAttempt> InOrder() => _root.InOrder();

    /// <summary>The account's node, made when it is missing.</summary>
    public PendingNode NodeOf(QuotaPath path)
    {
        var node = _root;
        var text = path.Value;
        for (var at = text.IndexOf('/', StringComparison.Ordinal); ; at = text.IndexOf('/', at + 1))
        {
            node = node.ChildOf(at < 0 ? text : text[..at]);
            if (at < 0)
            {
                return node;
            }
        }
    }

    /// <summary>Forgets nodes that nobody waits at any more.</summary>
    public static void Prune(PendingNode node)
    {
        for (var at = node; at is { IsEmpty: true, Parent: { } above }; at = above)
        {
            at.Leave();
            above.Drop(at);
        }
    }

    /// <summary>Shares along this path changed: its nodes take their new places.</summary>
    public void Reorder(QuotaPath path, Func<QuotaPath, ShareRank> rankOf)
    {
        if (Deepest(path) is { } node)
        {
            node.Leave();
            node.Enter(rankOf);
        }
    }

    /// <summary>All shares changed.</summary>
    public void ReorderAll(Func<QuotaPath, ShareRank> rankOf) => ReorderBelow(_root, rankOf);

    /// <summary>How many stand before this attempt within the band.</summary>
    public long CountBefore(PoolAttempt attempt)
    {
        var node = attempt.Group!.Node;
        long before = node.All.CountBefore(attempt);
        for (; node.Parent is { } above; node = above)
        {
            foreach (var sibling in above.Children)
            {
                if (!ReferenceEquals(sibling, node) && sibling.Rank.CompareTo(node.Rank) < 0)
                {
                    before += sibling.Count;
                }
                else if (!ReferenceEquals(sibling, node) && sibling.Rank.CompareTo(node.Rank) == 0)
                {
                    before += sibling.CountBefore(attempt);
                }
            }
        }

        return before;
    }

    private static void ReorderBelow(PendingNode node, Func<QuotaPath, ShareRank> rankOf)
    {
        foreach (var child in node.Children)
        {
            ReorderBelow(child, rankOf);
        }

        if (node.Children.Count == 0)
        {
            node.Leave();
            node.Enter(rankOf);
        }
    }

    private PendingNode? Deepest(QuotaPath path)
    {
        PendingNode? found = null;
        var node = _root;
        var text = path.Value;
        for (var at = text.IndexOf('/', StringComparison.Ordinal); ; at = text.IndexOf('/', at + 1))
        {
            if (node.Child(at < 0 ? text : text[..at]) is not { } child)
            {
                return found;
            }

            (found, node) = (child, child);
            if (at < 0)
            {
                return found;
            }
        }
    }
}
