using Scheduling.Model;

namespace Scheduling.Pools;

/// <content>Whether anything could be woken: what a pass over the queue would change.</content>
internal sealed partial class PendingQueue
{
    /// <summary>Some wait for room.</summary>
    public bool AnyBlocked => _blocked.Any;

    /// <summary>Some still sleep at a quota level that had something to give: see <see cref="WakeMoreOfQuota"/>.</summary>
    public bool AnyAsleep => _someAsleep.Count > 0;

    /// <summary>Some were refused there, or would be.</summary>
    public bool IsThoughtFull(QuotaPath path) => _fullLevels.ContainsKey(path) || _quotaFull.ContainsKey(path);
}
