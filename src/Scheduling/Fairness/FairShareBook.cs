using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Fairness;

/// <summary>
/// Whose turn it is: hierarchical weighted dominant-resource fair share with decaying memory. At the first level where two paths
/// part, the sibling that is still owed something comes first, then the one with the smaller weighted dominant share, then the name.
/// A share counts what is used now and the average of past use, in which use of one half-life ago counts half.
/// </summary>
/// <remarks>
/// Sources: the largest share of any one resource is what is made equal: Ghodsi et al., "Dominant Resource Fairness", NSDI 2011;
/// siblings are compared only with siblings, so that a team's turn does not depend on how it splits itself into users: Slurm's Fair
/// Tree (slurm.schedmd.com/fair_tree.html). Owed before borrowing is HiveD's and Kueue's promise, kept in the order already.
/// </remarks>
public sealed class FairShareBook : IComparer<QuotaPath>
{
    /// <summary>Levels kept only for their past use; those with the least of it go first.</summary>
    public const int MaxIdleLevels = 100_000;

    /// <summary>Past use below this many units (thousandths of a GPU) is forgotten.</summary>
    private const double Forgotten = 0.5;

    private readonly long? _halfLife;
    private readonly List<string> _resources = [];
    private readonly List<FairLeaves> _leaves = [];
    private readonly List<FairLeaves> _lifted = [];
    private long[] _capacity = [];

    /// <param name="halfLife">How soon past use is half forgotten; zero or less: only present use counts.</param>
    public FairShareBook(TimeSpan? halfLife = null)
    {
        var span = halfLife ?? DefaultHalfLife;
        _halfLife = span > TimeSpan.Zero ? span.Ticks : null;
    }

    public static TimeSpan DefaultHalfLife { get; } = TimeSpan.FromDays(7);

    /// <summary>Above all cohorts.</summary>
    internal FairShareLevel Root { get; } = new("", null);

    /// <summary>Levels that the book holds.</summary>
    public int Levels => All().Count();

    /// <summary>A new set of paths that stays in this book's order.</summary>
    public FairLeaves NewLeaves()
    {
        var leaves = new FairLeaves(this);
        _leaves.Add(leaves);
        return leaves;
    }

    /// <summary>A set that is not used any more; it costs nothing from now on.</summary>
    public void Release(FairLeaves leaves)
    {
        leaves.Clear();
        _leaves.Remove(leaves);
    }

    /// <summary>What there is to share. A resource that is not named, or of which there is none, counts in nobody's share.</summary>
    public void SetCapacity(ImmutableArray<ResourceAmount> capacity)
    {
        foreach (var (resource, _) in capacity)
            NumberOf(resource);
        var all = new long[_resources.Count];
        foreach (var (resource, amount) in capacity)
            all[NumberOf(resource)] = amount;
        if (all.AsSpan().SequenceEqual(_capacity))
            return;
        _capacity = all;
        RankAll();
    }

    /// <summary>What was set in the quota tree.</summary>
    public void SetLevel(QuotaPath path, int weight, ImmutableArray<ResourceAmount> nominal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        foreach (var (resource, _) in nominal)
            NumberOf(resource);
        var byNumber = FairShareLevel.NothingNamed(_resources.Count);
        foreach (var (resource, amount) in nominal)
            byNumber[NumberOf(resource)] = amount;
        var level = LevelOf(path);
        level.Set(weight, byNumber);
        HasNominals |= nominal.Length > 0;
        Rank(level);
    }

    public void Charge(QuotaPath path, ImmutableArray<ResourceAmount> amounts, DateTimeOffset now) => Add(path, amounts, 1, now);

    /// <exception cref="InvariantViolationException">More than was charged.</exception>
    public void Refund(QuotaPath path, ImmutableArray<ResourceAmount> amounts, DateTimeOffset now) => Add(path, amounts, -1, now);

    /// <summary>
    /// Lets past use decay up to now, everywhere at once. Until then the order stands still but for charges and refunds: O(levels), so
    /// once in a while, a small part of the half-life.
    /// </summary>
    public void Tick(DateTimeOffset now)
    {
        if (_halfLife is not { } halfLife)
            return;
        foreach (var level in All())
            level.Advance(now.UtcTicks, halfLife);
        Forget();
        RankAll();
    }

    /// <summary>Who comes first of two paths; 0 only for the same path. O(depth).</summary>
    public int Compare(QuotaPath x, QuotaPath y)
    {
        var a = x.Value.AsSpan();
        var b = y.Value.AsSpan();
        FairShareLevel? level = Root;
        while (true)
        {
            var aName = Head(ref a);
            var bName = Head(ref b);
            var aChild = Child(level, aName);
            if (!aName.SequenceEqual(bName))
                return FairShareLevel.Compare(aChild, aName, Child(level, bName), bName);
            if (aName.IsEmpty)
                return 0;
            level = aChild;
        }
    }

    public FairShare ShareOf(QuotaPath path)
    {
        if (Find(path) is not { } level)
            return new FairShare(null, 0, 0, false);
        var (resource, share) = level.Dominant(_capacity);
        return new FairShare(resource < 0 ? null : _resources[resource], share, level.Weighted, level.IsOwed);
    }

    /// <summary>
    /// Whether some level of the path has more than it is owed, or would with so much more of what is named. Null: no level names what it is
    /// owed of that.
    /// </summary>
    public bool? IsAboveNominal(QuotaPath path, ImmutableArray<ResourceAmount> more)
    {
        bool? above = null;
        var level = Root;
        for (var rest = path.Value.AsSpan(); Head(ref rest) is { IsEmpty: false } name && Child(level, name) is { } child; level = child)
        {
            foreach (var (resource, amount) in more)
            {
                var number = _resources.IndexOf(resource);
                if (number >= 0 && child.NominalOf(number) is { } owed)
                    above = above == true || child.UsedOf(number) + amount > owed;
            }
        }

        return above;
    }

    /// <summary>Some level names what it is owed.</summary>
    public bool HasNominals { get; private set; }

    public FairShareSnapshot Snapshot() => new()
    {
        Capacity = [.. _capacity.Select((amount, r) => new ResourceAmount(_resources[r], amount))],
        // In path order: in which order they were first named says nothing, and two books that are the same are to be stored the same.
        Levels = [.. All().Select(ToState).OrderBy(s => s.Path.Value, StringComparer.Ordinal).ThenBy(s => s.IsDirect)],
    };

    /// <summary>The book that a snapshot was taken of. Its sets of leaves are to be made again.</summary>
    public static FairShareBook Restore(FairShareSnapshot snapshot, TimeSpan? halfLife = null)
    {
        var book = new FairShareBook(halfLife);
        book.SetCapacity(snapshot.Capacity);
        foreach (var state in snapshot.Levels)
        {
            if (state.IsSet)
                book.SetLevel(state.Path, state.Weight, state.Nominal);
            var level = state.IsDirect ? book.LeafOf(state.Path) : book.LevelOf(state.Path);
            foreach (var (resource, amount) in state.Used)
                level.Add(book.NumberOf(resource), amount);
            foreach (var (resource, amount) in state.Past)
                level.SetPast(book.NumberOf(resource), amount);
            level.At = state.At;
            book.Rank(level);
        }

        return book;
    }

    /// <summary>Where charges of this path are counted first: at the deepest level the path's own, above it a child without a name.</summary>
    internal FairShareLevel LeafOf(QuotaPath path)
    {
        var level = LevelOf(path);
        return IsDeepest(path) ? level : ChildOf(level, "");
    }

    internal FairShareLevel? FindLeaf(QuotaPath path) => Find(path) is { } level ? IsDeepest(path) ? level : Child(level, "") : null;

    internal static QuotaPath PathOf(FairShareLevel level)
    {
        var path = level.Name;
        for (var parent = level.Parent!; parent.Parent is not null; parent = parent.Parent)
            path = path.Length == 0 ? parent.Name : $"{parent.Name}/{path}";
        return new QuotaPath(path);
    }

    private static bool IsDeepest(QuotaPath path) => path.Value.AsSpan().Count('/') + 1 >= QuotaRules.MaxDepth;

    private void Add(QuotaPath path, ImmutableArray<ResourceAmount> amounts, int sign, DateTimeOffset now)
    {
        for (var level = LeafOf(path); level != Root; level = level.Parent!)
        {
            if (_halfLife is { } halfLife)
                level.Advance(now.UtcTicks, halfLife);
            foreach (var (resource, amount) in amounts)
                level.Add(NumberOf(resource), sign * amount);
            Rank(level);
        }
    }

    /// <summary>A level's place is its rank: it must be out of every order while that changes.</summary>
    private void Rank(FairShareLevel level)
    {
        _lifted.Clear();
        foreach (var leaves in _leaves)
        {
            if (leaves.Lift(level))
                _lifted.Add(leaves);
        }

        level.Rank(_capacity);
        foreach (var leaves in _lifted)
            leaves.Drop(level);
    }

    private void RankAll()
    {
        foreach (var level in All())
            level.Rank(_capacity);
        foreach (var leaves in _leaves)
            leaves.Resort();
    }

    /// <summary>Drops what no longer matters, and of what only the past keeps the least when there is too much of it.</summary>
    private void Forget()
    {
        var kept = new List<FairShareLevel>();
        foreach (var level in All().Reverse().Where(l => l.IsIdle))
        {
            if (level.LargestPast() > Forgotten)
                kept.Add(level);
            else
                level.Parent!.Children.Remove(level.Name);
        }

        if (kept.Count <= MaxIdleLevels)
            return;
        foreach (var level in kept.OrderBy(l => l.LargestPast()).ThenBy(l => PathOf(l).Value, StringComparer.Ordinal).Take(kept.Count - MaxIdleLevels))
            level.Parent!.Children.Remove(level.Name);
    }

    /// <summary>Every level but the root, parents before children.</summary>
    private IEnumerable<FairShareLevel> All()
    {
        var open = new Stack<FairShareLevel>();
        open.Push(Root);
        while (open.TryPop(out var level))
        {
            if (level != Root)
                yield return level;
            foreach (var child in level.Children.Values)
                open.Push(child);
        }
    }

    private FairShareLevelState ToState(FairShareLevel level) => new()
    {
        Path = PathOf(level),
        IsDirect = level.Name.Length == 0,
        IsSet = level.IsSet,
        Weight = level.Weight,
        Nominal = [.. _resources.Select((name, r) => (name, level.NominalOf(r))).Where(n => n.Item2 is not null).Select(n => new ResourceAmount(n.name, n.Item2!.Value)).OrderBy(n => n.Resource, StringComparer.Ordinal)],
        Used = [.. _resources.Select((name, r) => new ResourceAmount(name, level.UsedOf(r))).Where(u => u.Amount != 0).OrderBy(u => u.Resource, StringComparer.Ordinal)],
        Past = [.. _resources.Select((name, r) => new PastUse(name, level.PastOf(r))).Where(p => p.Amount != 0).OrderBy(p => p.Resource, StringComparer.Ordinal)],
        At = level.At,
    };

    private int NumberOf(string resource)
    {
        var number = _resources.IndexOf(resource);
        if (number >= 0)
            return number;
        _resources.Add(resource);
        return _resources.Count - 1;
    }

    private FairShareLevel LevelOf(QuotaPath path)
    {
        var level = Root;
        for (var rest = path.Value.AsSpan(); Head(ref rest) is { IsEmpty: false } name;)
            level = Child(level, name) ?? ChildOf(level, name.ToString());
        return level;
    }

    private FairShareLevel? Find(QuotaPath path)
    {
        FairShareLevel? level = Root;
        for (var rest = path.Value.AsSpan(); Head(ref rest) is { IsEmpty: false } name;)
            level = Child(level, name);
        return level;
    }

    private static FairShareLevel ChildOf(FairShareLevel parent, string name)
    {
        ref var child = ref CollectionsMarshal.GetValueRefOrAddDefault(parent.Children, name, out _);
        return child ??= new FairShareLevel(name, parent);
    }

    private static FairShareLevel? Child(FairShareLevel? parent, ReadOnlySpan<char> name) =>
        parent is not null && parent.Children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var child) ? child : null;

    /// <summary>Cuts the first name off; empty when there is none left.</summary>
    private static ReadOnlySpan<char> Head(ref ReadOnlySpan<char> path)
    {
        var end = path.IndexOf('/');
        var name = end < 0 ? path : path[..end];
        path = end < 0 ? [] : path[(end + 1)..];
        return name;
    }
}
