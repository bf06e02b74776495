namespace Scheduling.Pools;

/// <summary>Groups that one quota level refused.</summary>
internal sealed class RefusedGroups
{
    /// <summary>Groups woken at once, when the level frees something.</summary>
    private const int MostWoken = 16;

    private readonly SortedSet<PendingGroup> _byHead = new(PendingGroup.ByHead);
    private PendingGroup? _cursor;

    public int Count => _byHead.Count;

    public void Add(PendingGroup group) => _byHead.Add(group);

    /// <summary>The group goes, or its first attempt is about to change.</summary>
    public void HeadLeaves(PendingGroup group)
    {
        _byHead.Remove(group);
        if (ReferenceEquals(_cursor, group))
        {
            _cursor = null;
        }
    }

    /// <summary>The first few in the pool's order, and a few more in turn, so that each is tried some day however many there are.</summary>
    public IReadOnlyList<PendingGroup> Next()
    {
        var next = _byHead.Take(MostWoken).ToList();
        if (Count > MostWoken)
        {
            var more = _byHead.GetViewBetween(_cursor ?? next[^1], _byHead.Max!).Take(MostWoken + 1).ToList();

            // It stands at the first that is left asleep: whoever is woken leaves, and it with him.
            _cursor = more.Count > MostWoken ? more[^1] : null;
            next.AddRange(more.Take(MostWoken).Where(g => !next.Contains(g)));
        }

        return next;
    }
}
