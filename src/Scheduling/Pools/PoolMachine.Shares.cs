using System.Collections.Immutable;
using Scheduling.Fairness;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <content>Whose turn it is: what each account uses of this pool, and has used.</content>
public sealed partial class PoolMachine
{
    /// <summary>How often past use decays and all accounts are put in order anew.</summary>
    private static readonly TimeSpan SharePeriod = TimeSpan.FromMinutes(5);

    private FairShareBook _shares;
    private DateTimeOffset _sharesAt;
    private bool _sharesStale;

    public FairShareBook Shares => _shares;

    /// <summary>What the quota tree says of a level: its weight, and what it is owed.</summary>
    public void SetLevel(QuotaPath path, int weight, ImmutableArray<ResourceAmount> nominal)
    {
        _shares.SetLevel(path, weight, nominal);
        _queue.Reorder(path);
    }

    private ShareRank RankOf(QuotaPath path)
    {
        var share = _shares.ShareOf(path);
        return new ShareRank(!share.IsOwed, share.Weighted);
    }

    private void ChargeShare(PoolAttempt attempt)
    {
        _shares.Charge(attempt.Spec.Quota, attempt.Amounts, Now);
        _queue.Reorder(attempt.Spec.Quota);
    }

    private void RefundShare(PoolAttempt attempt)
    {
        _shares.Refund(attempt.Spec.Quota, attempt.Amounts, Now);
        _queue.Reorder(attempt.Spec.Quota);
    }

    private void TickShares()
    {
        if (Now - _sharesAt >= SharePeriod)
        {
            _sharesAt = Now;
            _shares.Tick(Now);
            _queue.ReorderAll();
        }
    }

    /// <summary>Shares are parts of what the pool has.</summary>
    private void ShareCapacity()
    {
        if (!_sharesStale)
        {
            return;
        }

        _sharesStale = false;
        var all = Capacity;
        _shares.SetCapacity(
        [
            new ResourceAmount(ResourceNames.Cpu, all.CpuMilli), new ResourceAmount(ResourceNames.Gpu, all.GpuMilli),
            new ResourceAmount(ResourceNames.Memory, all.MemoryMiB),
        ]);
        _queue.ReorderAll();
    }
}
