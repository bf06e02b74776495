using Scheduling.Model;

namespace Scheduling.Fairness;

/// <summary>
/// Paths that want something, always in the order of <see cref="FairShareBook.Compare"/>. Kept level by level, each level's
/// children in order: when one level's share changes only its own place among its siblings does, whatever hangs below it. The
/// first is found in O(depth), and a charge costs O(depth × log siblings).
/// </summary>
public sealed class FairLeaves
{
    private readonly FairShareBook _book;
    private readonly Dictionary<FairShareLevel, SortedSet<FairShareLevel>> _wanting = [];
    private readonly HashSet<FairShareLevel> _leaves = [];

    internal FairLeaves(FairShareBook book) => _book = book;

    public int Count => _leaves.Count;

    /// <summary>The path that comes first; null when there is none.</summary>
    public QuotaPath? First
    {
        get
        {
            var level = _book.Root;
            while (_wanting.TryGetValue(level, out var children))
                level = children.Min!;
            return level == _book.Root ? null : FairShareBook.PathOf(level);
        }
    }

    /// <summary>All of them, first first; looked up as they are read, so taking the first few costs little.</summary>
    public IEnumerable<QuotaPath> InOrder => Below(_book.Root);

    /// <summary>False when it is in already.</summary>
    public bool Add(QuotaPath path)
    {
        var level = _book.LeafOf(path);
        if (!_leaves.Add(level))
            return false;
        level.Pins++;
        for (; level.Parent is { } parent; level = parent)
        {
            if (_wanting.TryGetValue(parent, out var children))
            {
                children.Add(level);
                break;
            }

            _wanting.Add(parent, new SortedSet<FairShareLevel>(FairShareLevel.InOrder.Instance) { level });
        }

        return true;
    }

    /// <summary>False when it is not in.</summary>
    public bool Remove(QuotaPath path)
    {
        if (_book.FindLeaf(path) is not { } level || !_leaves.Remove(level))
            return false;
        level.Pins--;
        for (; level.Parent is { } parent; level = parent)
        {
            var children = _wanting[parent];
            children.Remove(level);
            if (children.Count > 0)
                break;
            _wanting.Remove(parent);
        }

        return true;
    }

    public bool Contains(QuotaPath path) => _book.FindLeaf(path) is { } level && _leaves.Contains(level);

    internal void Clear()
    {
        foreach (var leaf in _leaves)
            leaf.Pins--;
        _leaves.Clear();
        _wanting.Clear();
    }

    /// <summary>Takes a level out of its place, which is about to change; answers whether it had one.</summary>
    internal bool Lift(FairShareLevel level) => level.Parent is { } parent && _wanting.TryGetValue(parent, out var children) && children.Remove(level);

    /// <summary>Puts a lifted level into its new place.</summary>
    internal void Drop(FairShareLevel level) => _wanting[level.Parent!].Add(level);

    /// <summary>Many places have changed.</summary>
    internal void Resort()
    {
        foreach (var parent in _wanting.Keys.ToList())
            _wanting[parent] = new SortedSet<FairShareLevel>(_wanting[parent].ToArray(), FairShareLevel.InOrder.Instance);
    }

    private IEnumerable<QuotaPath> Below(FairShareLevel level)
    {
        if (!_wanting.TryGetValue(level, out var children))
        {
            if (level != _book.Root)
                yield return FairShareBook.PathOf(level);
            yield break;
        }

        foreach (var child in children)
        {
            foreach (var path in Below(child))
                yield return path;
        }
    }
}
