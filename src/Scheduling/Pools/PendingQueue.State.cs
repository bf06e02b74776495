using Scheduling.Model;

namespace Scheduling.Pools;

/// <content>Whom a promise may help, and whether anything could be woken: what a pass over the queue would change.</content>
internal sealed partial class PendingQueue
{
    private long _turns;

    /// <summary>Groups that fit the empty pool but not the present one: the ones to make room for.</summary>
    public HelpOrder Blocked => _blocked.Waiting;

    /// <summary>Groups that may have back what others borrow.</summary>
    public HelpOrder Owed { get; } = new();

    /// <summary>It had its turn to be looked at: all others have theirs before, and it has none before then.</summary>
    public void HadItsTurn(PendingGroup group, DateTimeOffset again)
    {
        group.TurnAgainAt = again;
        (group.State == GroupState.NoRoom ? Blocked : Owed).ToTheEnd(group, ++_turns);
    }

    /// <summary>Some wait for room.</summary>
    public bool AnyBlocked => _blocked.Any;

    /// <summary>Some still sleep at a quota level that had something to give: see <see cref="WakeMoreOfQuota"/>.</summary>
    public bool AnyAsleep => _someAsleep.Count > 0;

    /// <summary>Some were refused there, or would be.</summary>
    public bool IsThoughtFull(QuotaPath path) => _fullLevels.ContainsKey(path) || _quotaFull.ContainsKey(path);
}
