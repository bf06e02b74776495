using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <summary>
/// Who waits, in what order, and who is worth looking at. The next candidate is found in O(log groups) however many wait:
/// groups that did not fit or were refused are set aside until something happens that could change the answer.
/// </summary>
internal sealed class PendingQueue
{
    private readonly Dictionary<(GangRequest, QuotaPath), PendingGroup> _groups = [];
    private readonly SortedSet<PendingGroup> _ready = new(ByHead.Instance);
    private readonly Dictionary<GangRequest, HashSet<PendingGroup>> _noRoom = [];
    private readonly Dictionary<QuotaPath, HashSet<PendingGroup>> _quotaFull = [];
    private readonly Dictionary<QuotaPath, QuotaRefusal> _fullLevels = [];
    private readonly Dictionary<TenantId, int> _perTenant = [];
    private long _numbers;

    public int Count { get; private set; }

    public IEnumerable<PendingGroup> Groups => _groups.Values;

    public int CountOf(TenantId tenant) => _perTenant.GetValueOrDefault(tenant);

    public void Add(PoolAttempt attempt)
    {
        var key = (attempt.Request, attempt.Spec.Quota);
        if (!_groups.TryGetValue(key, out var group))
        {
            group = new PendingGroup(attempt.Request, attempt.Spec.Quota, ++_numbers);
            _groups.Add(key, group);
        }

        // A group's place in the ready order is its head's: it must be out of the order while the head changes.
        Reorder(group, g => g.Waiting.Add(attempt));
        attempt.Group = group;
        Count++;
        _perTenant[attempt.Spec.Tenant] = CountOf(attempt.Spec.Tenant) + 1;
    }

    public void Remove(PoolAttempt attempt)
    {
        var group = attempt.Group!;
        Reorder(group, g => g.Waiting.Remove(attempt));
        attempt.Group = null;
        Count--;
        var left = CountOf(attempt.Spec.Tenant) - 1;
        if (left == 0)
        {
            _perTenant.Remove(attempt.Spec.Tenant);
        }
        else
        {
            _perTenant[attempt.Spec.Tenant] = left;
        }

        if (group.Waiting.Count == 0)
        {
            SetAside(group);
            _groups.Remove((group.Request, group.Quota));
        }
    }

    /// <summary>The group whose head is next in order among those worth trying; null when there is none.</summary>
    public PendingGroup? NextReady() => _ready.Min;

    public void SetNoRoom(PendingGroup group, bool never)
    {
        SetAside(group);
        group.State = GroupState.NoRoom;
        group.NeverFits = never;
        Bucket(_noRoom, group.Request).Add(group);
    }

    public void SetQuotaFull(PendingGroup group, QuotaRefusal refusal)
    {
        SetAside(group);
        group.State = GroupState.QuotaFull;
        group.Refusal = refusal;
        Bucket(_quotaFull, refusal.Path).Add(group);
        if (refusal is { Problem: null, OthersMayFit: false })
        {
            _fullLevels[refusal.Path] = refusal;
        }
    }

    /// <summary>A level of this path that is known to have no room for so much; null when none is known.</summary>
    public QuotaRefusal? KnownFull(QuotaPath path, Func<string, long> amountOf)
    {
        if (_fullLevels.Count == 0)
        {
            return null;
        }

        for (QuotaPath? level = path; level is { } at; level = at.Parent)
        {
            if (_fullLevels.TryGetValue(at, out var full) && amountOf(full.Resource) is var asked && asked > full.Limit - full.Used)
            {
                return full with { Asked = asked };
            }
        }

        return null;
    }

    /// <summary>Capacity grew: whoever could fit now is worth trying again.</summary>
    public void WakeNoRoom(Func<GangRequest, bool> couldFit)
    {
        foreach (var request in _noRoom.Keys.Where(couldFit).ToList())
        {
            foreach (var group in _noRoom[request].OrderBy(g => g.Number).ToList())
            {
                Wake(group);
            }
        }
    }

    /// <summary>A quota level freed something.</summary>
    public void WakeQuota(QuotaPath path)
    {
        _fullLevels.Remove(path);
        if (_quotaFull.TryGetValue(path, out var groups))
        {
            foreach (var group in groups.OrderBy(g => g.Number).ToList())
            {
                Wake(group);
            }
        }
    }

    /// <summary>Quota levels that are thought to be full.</summary>
    public IReadOnlyList<QuotaPath> FullLevels => [.. _fullLevels.Keys.Union(_quotaFull.Keys)];

    /// <summary>How many stand before this queued attempt in the pool's order.</summary>
    public long CountBefore(PoolAttempt attempt) => _groups.Values.Sum(g => (long)g.Waiting.CountBefore(attempt));

    private void Reorder(PendingGroup group, Action<PendingGroup> change)
    {
        var ready = group.State == GroupState.Ready;
        if (ready && group.Waiting.Count > 0)
        {
            _ready.Remove(group);
        }

        change(group);
        if (ready && group.Waiting.Count > 0)
        {
            _ready.Add(group);
        }
    }

    private void Wake(PendingGroup group)
    {
        SetAside(group);
        group.State = GroupState.Ready;
        _ready.Add(group);
    }

    private void SetAside(PendingGroup group)
    {
        switch (group.State)
        {
            case GroupState.Ready:
                if (group.Waiting.Count > 0)
                {
                    _ready.Remove(group);
                }

                break;
            case GroupState.NoRoom:
                Leave(_noRoom, group.Request, group);
                break;
            default:
                Leave(_quotaFull, group.Refusal!.Path, group);
                group.Refusal = null;
                break;
        }

        group.State = GroupState.Ready;
    }

    private static HashSet<PendingGroup> Bucket<TKey>(Dictionary<TKey, HashSet<PendingGroup>> buckets, TKey key) where TKey : notnull
    {
        if (!buckets.TryGetValue(key, out var bucket))
        {
            bucket = [];
            buckets.Add(key, bucket);
        }

        return bucket;
    }

    private static void Leave<TKey>(Dictionary<TKey, HashSet<PendingGroup>> buckets, TKey key, PendingGroup group) where TKey : notnull
    {
        if (buckets.TryGetValue(key, out var bucket) && bucket.Remove(group) && bucket.Count == 0)
        {
            buckets.Remove(key);
        }
    }

    private sealed class ByHead : IComparer<PendingGroup>
    {
        public static ByHead Instance { get; } = new();

        public int Compare(PendingGroup? x, PendingGroup? y)
        {
            if (ReferenceEquals(x, y))
            {
                return 0;
            }

            return QueueOrder.Instance.Compare(x!.Waiting.First, y!.Waiting.First);
        }
    }
}
