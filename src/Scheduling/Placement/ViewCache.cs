using Scheduling.Model;

namespace Scheduling.Placement;

/// <summary>The views in use, the least recently used thrown away. What a view says never depends on when it was made.</summary>
internal sealed class ViewCache<TView>(int limit, Func<ViewKey, TView> create)
    where TView : class, ICachedView
{
    private readonly Dictionary<ViewKey, TView> views = [];
    private long clock;

    /// <summary>Views thrown away so far.</summary>
    public int Evictions { get; private set; }

    public TView Get(ViewKey key)
    {
        if (!views.TryGetValue(key, out var view))
        {
            if (views.Count >= limit) EvictOldest();
            view = create(key);
            views.Add(key, view);
        }

        view.LastUse = ++clock;
        return view;
    }

    private void EvictOldest()
    {
        var oldest = views.MinBy(v => v.Value.LastUse);
        views.Remove(oldest.Key);
        oldest.Value.Evict();
        Evictions++;
    }
}
