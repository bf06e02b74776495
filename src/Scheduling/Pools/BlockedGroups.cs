using Scheduling.Placement;

namespace Scheduling.Pools;

/// <summary>Groups that have no room, by what would give them some.</summary>
internal sealed class BlockedGroups
{
    private readonly Dictionary<GangRequest, RoomClass> _classes = [];

    /// <summary>Those that fit the empty pool: the ones to make room for.</summary>
    public HelpOrder Waiting { get; } = new();

    /// <summary>There are some, whether or not they fit the empty pool.</summary>
    public bool Any => _classes.Count > 0;

    public void Add(PendingGroup group)
    {
        var like = group.RoomClass = ClassOf(group);
        like.Add(group);
        if (!group.NeverFits)
        {
            Waiting.Add(group);
        }
    }

    /// <summary>A class that has groups is one of ours: one that is set aside again and again is not looked up each time.</summary>
    private RoomClass ClassOf(PendingGroup group)
    {
        if (group.LastRoomClass is { Count: > 0 } last)
        {
            return last;
        }

        group.Probe ??= RoomClass.ProbeOf(group.Request);
        var key = RoomClass.KeyOf(group.Probe);
        if (!_classes.TryGetValue(key, out var like))
        {
            like = new RoomClass(key);
            _classes.Add(key, like);
        }

        return group.LastRoomClass = like;
    }

    /// <summary>Groups without attempts have left already: see <see cref="HeadLeaves"/>.</summary>
    public void Remove(PendingGroup group)
    {
        if (group.RoomClass is not { } like)
        {
            return;
        }

        like.Remove(group);
        if (like.Count == 0)
        {
            _classes.Remove(like.Key);
        }

        group.RoomClass = null;
        Waiting.Remove(group);
    }

    /// <summary>The first attempt of a group is about to change: it must not stand in a sorted set meanwhile.</summary>
    public void HeadLeaves(PendingGroup group)
    {
        group.RoomClass!.HeadLeaves(group);
        Waiting.HeadLeaves(group);
    }

    public void HeadEnters(PendingGroup group)
    {
        group.RoomClass!.HeadEnters(group);
        if (!group.NeverFits)
        {
            Waiting.HeadEnters(group);
        }
    }

    /// <summary>Groups worth trying, now that capacity grew; <paramref name="rest"/>: some were left for the next time.</summary>
    public IReadOnlyList<PendingGroup> Worth(Func<GangRequest, bool> couldFit, out bool rest)
    {
        rest = false;
        List<PendingGroup> worth = [];
        foreach (var like in _classes.Values)
        {
            worth.AddRange(like.Worth(couldFit, out var more));
            rest |= more;
        }

        return worth;
    }
}
