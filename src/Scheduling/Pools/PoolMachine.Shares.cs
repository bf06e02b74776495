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

    /// <summary>What an attempt asks for before it is known where it goes: no model is counted unless only one will do.</summary>
    private static ImmutableArray<ResourceAmount> MostAskedBy(JobSpec spec)
    {
        SortedDictionary<string, long> amounts = new(StringComparer.Ordinal);
        foreach (var role in spec.Roles)
        {
            amounts[ResourceNames.Cpu] = amounts.GetValueOrDefault(ResourceNames.Cpu) + (role.Count * role.Shape.CpuMilli);
            amounts[ResourceNames.Memory] = amounts.GetValueOrDefault(ResourceNames.Memory) + (role.Count * role.Shape.MemoryMiB);
            amounts[ResourceNames.Gpu] = amounts.GetValueOrDefault(ResourceNames.Gpu) + (role.Count * role.Shape.TotalGpuMilli);
            if (role.Shape.GpuModels is [var only])
            {
                amounts[ResourceNames.GpuOf(only)] = amounts.GetValueOrDefault(ResourceNames.GpuOf(only)) + (role.Count * role.Shape.TotalGpuMilli);
            }
        }

        return [.. amounts.Where(a => a.Value > 0).Select(a => new ResourceAmount(a.Key, a.Value))];
    }
}
