using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <summary>
/// Who waits, in what order, and who is worth looking at: by priority, then by the shares of the accounts, then by the attempts' own keys.
/// The next candidate is found in O(log groups) however many wait: groups that did not fit or were refused are set aside until something
/// happens that could change the answer.
/// </summary>
internal sealed partial class PendingQueue(Func<QuotaPath, ShareRank> rankOf)
{
    private readonly SortedDictionary<int, PendingBand> _bands = new(Descending.Instance);
    private readonly Dictionary<GroupKey, PendingGroup> _groups = [];
    private readonly BlockedGroups _blocked = new();
    private readonly Dictionary<QuotaPath, RefusedGroups> _quotaFull = [];
    private readonly SortedSet<QuotaPath> _someAsleep = new(ByPath.Instance);
    private readonly Dictionary<QuotaPath, QuotaRefusal> _fullLevels = [];
    private readonly Dictionary<TenantId, int> _perTenant = [];
    private long _numbers;

    public int Count { get; private set; }

    /// <summary>GPU-seconds that all who wait are likely to take.</summary>
    public double Work { get; private set; }

    public IEnumerable<PendingGroup> Groups => _groups.Values;

    public int CountOf(TenantId tenant) => _perTenant.GetValueOrDefault(tenant);

    public void Add(PoolAttempt attempt)
    {
        var key = GroupKey.Of(attempt);
        if (!_groups.TryGetValue(key, out var group))
        {
            group = new PendingGroup(key, BandOf(attempt.EffectivePriority), ++_numbers) { Turn = ++_turns };
            _groups.Add(key, group);
            group.Node.Join(group);
        }

        Reorder(group, g => g.Waiting.Add(attempt));
        group.Node.Add(attempt);
        attempt.Group = group;
        Count++;
        Work += attempt.ExpectedWork;
        _perTenant[attempt.Spec.Tenant] = CountOf(attempt.Spec.Tenant) + 1;
    }

    public void Remove(PoolAttempt attempt)
    {
        var group = attempt.Group!;
        Reorder(group, g => g.Waiting.Remove(attempt));
        group.Node.Remove(attempt);
        attempt.Group = null;
        Count--;
        Work = Count == 0 ? 0 : Work - attempt.ExpectedWork;
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
            Forget(group);
        }
    }

    /// <summary>Gives a waiting attempt another place among its equals; what is known of its group stays known.</summary>
    public void Rekey(PoolAttempt attempt, long key)
    {
        var group = attempt.Group!;
        Reorder(group, g =>
        {
            g.Waiting.Remove(attempt);
            g.Node.All.Remove(attempt);
            attempt.Key = key;
            g.Node.All.Add(attempt);
            g.Waiting.Add(attempt);
        });
    }

    /// <summary>The group whose head is next in order among those worth trying; null when there is none.</summary>
    public PendingGroup? NextReady()
    {
        foreach (var band in _bands.Values)
        {
            if (band.Best is { } best)
            {
                return best;
            }
        }

        return null;
    }

    /// <summary>The shares of this account and of those above it changed.</summary>
    public void Reorder(QuotaPath path)
    {
        foreach (var band in _bands.Values)
        {
            band.Reorder(path, rankOf);
        }
    }

    /// <summary>All shares changed: time passed, or capacity.</summary>
    public void ReorderAll()
    {
        foreach (var band in _bands.Values)
        {
            band.ReorderAll(rankOf);
        }
    }

    public void SetNoRoom(PendingGroup group, bool never)
    {
        SetAside(group);
        group.State = GroupState.NoRoom;
        group.NeverFits = never;
        _blocked.Add(group);
    }

    public void SetQuotaFull(PendingGroup group, QuotaRefusal refusal)
    {
        SetAside(group);
        group.State = GroupState.QuotaFull;
        group.Refusal = refusal;
        if (!_quotaFull.TryGetValue(refusal.Path, out var refused))
        {
            refused = new RefusedGroups();
            _quotaFull.Add(refusal.Path, refused);
        }

        refused.Add(group);
        _someAsleep.Remove(refusal.Path);
        if (refusal.Owed)
        {
            Owed.Add(group);
        }

        if (refusal is { Problem: null, OthersMayFit: false })
        {
            _fullLevels[refusal.Path] = refusal;
        }
    }

    /// <summary>A level of this path that is known to have no room for what the attempt asks for; null when none is known.</summary>
    public QuotaRefusal? KnownFull(QuotaPath path, PoolAttempt asking)
    {
        if (_fullLevels.Count == 0)
        {
            return null;
        }

        for (QuotaPath? level = path; level is { } at; level = at.Parent)
        {
            if (_fullLevels.TryGetValue(at, out var full) && PoolMachine.AskedOf(asking, full.Resource) is var asked && asked > full.Limit - full.Used)
            {
                return full with { Asked = asked };
            }
        }

        return null;
    }

    /// <summary>
    /// Capacity grew: those who could fit now are worth trying again, a bounded number of them. True when some were left asleep: call
    /// again if any of those woken was placed, and once in a while in any case.
    /// </summary>
    public bool WakeNoRoom(Func<GangRequest, bool> couldFit)
    {
        var worth = _blocked.Worth(couldFit, out var rest);
        foreach (var group in worth)
        {
            Wake(group);
        }

        return rest;
    }

    /// <summary>A quota level freed something.</summary>
    public void WakeQuota(QuotaPath path)
    {
        _fullLevels.Remove(path);
        if (_quotaFull.TryGetValue(path, out var refused) && Guards.Hold(Guard.WakeForQuota))
        {
            foreach (var group in refused.Next())
            {
                Wake(group);
            }
        }

        // If those woken do not fill the level again, the others get their chance.
        if (_quotaFull.ContainsKey(path))
        {
            _someAsleep.Add(path);
        }
    }

    /// <summary>Levels that had something to give when they were last asked and at which others still sleep: wakes the next of them.</summary>
    public void WakeMoreOfQuota()
    {
        if (_someAsleep.Count == 0)
        {
            return;
        }

        var paths = _someAsleep.ToList();
        _someAsleep.Clear();
        foreach (var path in paths)
        {
            WakeQuota(path);
        }
    }

    /// <summary>Quota levels that are thought to be full.</summary>
    public IReadOnlyList<QuotaPath> FullLevels => [.. _fullLevels.Keys.Union(_quotaFull.Keys)];

    /// <summary>How many stand before this queued attempt in the pool's order.</summary>
    public long CountBefore(PoolAttempt attempt)
    {
        long before = 0;
        foreach (var band in _bands.Values)
        {
            if (band.Priority <= attempt.EffectivePriority)
            {
                return before + (band.Priority == attempt.EffectivePriority ? band.CountBefore(attempt) : 0);
            }

            before += band.Count;
        }

        return before;
    }

    /// <summary>All that wait, in order; read as far as they are wanted.</summary>
    public IEnumerable<PoolAttempt> InOrder() => _bands.Values.SelectMany(b => b.InOrder());

    private PendingBand BandOf(int priority)
    {
        if (!_bands.TryGetValue(priority, out var band))
        {
            band = new PendingBand(priority);
            _bands.Add(priority, band);
        }

        return band;
    }

    private void Forget(PendingGroup group)
    {
        SetAside(group);
        _groups.Remove(group.Key);
        group.Node.Part(group);
        PendingBand.Prune(group.Node);
        if (group.Band.IsEmpty)
        {
            _bands.Remove(group.Band.Priority);
        }
    }

    /// <summary>A group's place in every order is its head's: it must be out of them while the head changes.</summary>
    private void Reorder(PendingGroup group, Action<PendingGroup> change)
    {
        var state = group.State;
        if (group.Waiting.Count > 0)
        {
            HeadLeaves(group, state);
        }

        change(group);
        if (group.Waiting.Count > 0)
        {
            HeadEnters(group, state);
        }
        else if (state == GroupState.Ready)
        {
            group.Node.Enter(rankOf);
        }
    }

    private void HeadLeaves(PendingGroup group, GroupState state)
    {
        switch (state)
        {
            case GroupState.Ready:
                Leave(group);
                break;
            case GroupState.NoRoom:
                _blocked.HeadLeaves(group);
                break;
            default:
                _quotaFull[group.Refusal!.Path].HeadLeaves(group);
                Owed.HeadLeaves(group);
                break;
        }
    }

    private void HeadEnters(PendingGroup group, GroupState state)
    {
        switch (state)
        {
            case GroupState.Ready:
                group.Node.Leave();
                Enter(group);
                break;
            case GroupState.NoRoom:
                _blocked.HeadEnters(group);
                break;
            default:
                _quotaFull[group.Refusal!.Path].Add(group);
                if (group.Refusal.Owed)
                {
                    Owed.HeadEnters(group);
                }

                break;
        }
    }

    private void Enter(PendingGroup group)
    {
        if (group.Waiting.Count > 0)
        {
            group.Node.SetReady(group, ready: true);
        }

        group.Node.Enter(rankOf);
    }

    private static void Leave(PendingGroup group)
    {
        group.Node.Leave();
        if (group.Waiting.Count > 0)
        {
            group.Node.SetReady(group, ready: false);
        }
    }

    public void Wake(PendingGroup group)
    {
        SetAside(group);
        group.State = GroupState.Ready;
        group.Node.Leave();
        Enter(group);
    }

    private void SetAside(PendingGroup group)
    {
        switch (group.State)
        {
            case GroupState.Ready:
                Leave(group);
                group.Node.Enter(rankOf);
                break;
            case GroupState.NoRoom:
                _blocked.Remove(group);
                break;
            default:
                var path = group.Refusal!.Path;
                if (group.Waiting.Count > 0)
                {
                    _quotaFull[path].HeadLeaves(group);
                }

                if (_quotaFull[path].Count == 0)
                {
                    _quotaFull.Remove(path);
                    _someAsleep.Remove(path);
                }

                group.Refusal = null;
                Owed.Remove(group);
                break;
        }

        group.State = GroupState.Ready;
    }

    private sealed class ByPath : IComparer<QuotaPath>
    {
        public static ByPath Instance { get; } = new();

        public int Compare(QuotaPath x, QuotaPath y) => string.CompareOrdinal(x.Value, y.Value);
    }

    private sealed class Descending : IComparer<int>
    {
        public static Descending Instance { get; } = new();

        public int Compare(int x, int y) => y.CompareTo(x);
    }
}
