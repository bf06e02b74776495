using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <summary>
/// Attempts that ask for the same thing for about as long, for the same user on the same account at the same priority: what keeps one of them
/// waiting keeps all of them waiting, so ten thousand of them cost one decision, not ten thousand.
/// </summary>
internal sealed class PendingGroup(GroupKey key, PendingBand band, long number)
{
    /// <summary>Groups by their first attempt. Groups that have one only.</summary>
    public static IComparer<PendingGroup> ByHead { get; } = new HeadOrder();

    public GroupKey Key { get; } = key;

    public GangRequest Request => Key.Request;

    public QuotaPath Quota => Key.Quota;

    public PendingBand Band { get; } = band;

    /// <summary>See <see cref="PoolAttempt.Length"/>.</summary>
    public int Length => Key.Length;

    public PendingNode Node { get; } = band.NodeOf(key.Quota);

    /// <summary>Order of creation: breaks ties between empty groups only.</summary>
    public long Number { get; } = number;

    public OrderedAttempts Waiting { get; } = new();

    public GroupState State { get; set; }

    /// <summary>While <see cref="GroupState.NoRoom"/>: it would not fit the empty pool either.</summary>
    public bool NeverFits { get; set; }

    /// <summary>What it asks for at least; null until it had no room.</summary>
    public GangRequest? Probe { get; set; }

    /// <summary>Its place among those that a promise may help, in turn: no two groups have the same. See <see cref="HelpOrder"/>.</summary>
    public long Turn { get; set; }

    /// <summary>It had its turn: it has none before then.</summary>
    public DateTimeOffset TurnAgainAt { get; set; }

    /// <summary>Nothing could be promised to its head: not looked at before then.</summary>
    public DateTimeOffset ClaimAgainAt { get; set; }

    /// <summary>What was reserved for its head did not become free in time: nothing is reserved for it before then.</summary>
    public DateTimeOffset ReserveAgainAt { get; set; }

    /// <summary>Its like among those without room; null while it is not one of them.</summary>
    public RoomClass? RoomClass { get; set; }

    /// <summary>The one it was in last.</summary>
    public RoomClass? LastRoomClass { get; set; }

    /// <summary>What the quota answered last, while <see cref="GroupState.QuotaFull"/>.</summary>
    public QuotaRefusal? Refusal { get; set; }

    private sealed class HeadOrder : IComparer<PendingGroup>
    {
        public int Compare(PendingGroup? x, PendingGroup? y) =>
            ReferenceEquals(x, y) ? 0 : QueueOrder.Instance.Compare(x!.Waiting.First, y!.Waiting.First);
    }
}

/// <summary>What makes attempts alike to whoever decides about them.</summary>
/// <param name="Request">What they ask for.</param>
/// <param name="Quota">The account.</param>
/// <param name="User">Who submitted them: a cap on what one user may have stops that user's alone.</param>
/// <param name="Priority">The job's own: a cap on what is urgent goes by it.</param>
/// <param name="Effective">With what waiting added to it.</param>
/// <param name="Length">See <see cref="PoolAttempt.Length"/>.</param>
internal readonly record struct GroupKey(GangRequest Request, QuotaPath Quota, string User, int Priority, int Effective, int Length)
{
    public static GroupKey Of(PoolAttempt attempt) =>
        new(attempt.Request, attempt.Spec.Quota, attempt.Spec.User, attempt.Spec.Priority, attempt.EffectivePriority, attempt.Length);
}

internal enum GroupState
{
    /// <summary>In the ready order.</summary>
    Ready = 0,

    /// <summary>Did not fit; woken when capacity grows enough that it could.</summary>
    NoRoom = 1,

    /// <summary>Refused by a quota level; woken when that level frees something.</summary>
    QuotaFull = 2,
}
