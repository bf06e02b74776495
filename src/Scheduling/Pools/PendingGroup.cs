using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <summary>
/// Attempts that ask for the same thing for about as long, on the same account at the same priority: what keeps one of them waiting keeps all of them
/// waiting, so ten thousand of them cost one decision, not ten thousand.
/// </summary>
internal sealed class PendingGroup(GangRequest request, QuotaPath quota, PendingBand band, int length, long number)
{
    /// <summary>Groups by their first attempt. Groups that have one only.</summary>
    public static IComparer<PendingGroup> ByHead { get; } = new HeadOrder();

    public GangRequest Request { get; } = request;

    public QuotaPath Quota { get; } = quota;

    public PendingBand Band { get; } = band;

    /// <summary>See <see cref="PoolAttempt.Length"/>.</summary>
    public int Length { get; } = length;

    public PendingNode Node { get; } = band.NodeOf(quota);

    /// <summary>Order of creation: breaks ties between empty groups only.</summary>
    public long Number { get; } = number;

    public OrderedAttempts Waiting { get; } = new();

    public GroupState State { get; set; }

    /// <summary>While <see cref="GroupState.NoRoom"/>: it would not fit the empty pool either.</summary>
    public bool NeverFits { get; set; }

    /// <summary>What it asks for at least; null until it had no room.</summary>
    public GangRequest? Probe { get; set; }

    /// <summary>Nothing could be promised to its head: not looked at before then.</summary>
    public DateTimeOffset ClaimAgainAt { get; set; }

    /// <summary>Its like among those without room; null while it is not one of them.</summary>
    public RoomClass? RoomClass { get; set; }

    /// <summary>What the quota answered last, while <see cref="GroupState.QuotaFull"/>.</summary>
    public QuotaRefusal? Refusal { get; set; }

    private sealed class HeadOrder : IComparer<PendingGroup>
    {
        public int Compare(PendingGroup? x, PendingGroup? y) =>
            ReferenceEquals(x, y) ? 0 : QueueOrder.Instance.Compare(x!.Waiting.First, y!.Waiting.First);
    }
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
