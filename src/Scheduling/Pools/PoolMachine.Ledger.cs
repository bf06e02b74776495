using Scheduling.Ledger;

namespace Scheduling.Pools;

/// <content>Where the pool's GPU time goes (I17).</content>
public sealed partial class PoolMachine
{
    private GpuSecondLedger? _ledger;

    /// <summary>Null until <see cref="Account"/> was called.</summary>
    public GpuSecondLedger? Ledger => _ledger;

    /// <summary>
    /// Counts GPU time up to now, and goes on with what holds now. Time in which no activation lived is counted under what held
    /// before it: workers run on without their scheduler.
    /// </summary>
    public void Account(DateTimeOffset now)
    {
        var capacity = Capacity;
        // Spares are idle, not unhealthy.
        var spare = capacity.SpareGpus * 1000L;
        var used = Math.Min(GpuMilliPlacing + GpuMilliRunning, capacity.GpuMilli - capacity.FreeGpuMilli - spare);
        var held = Math.Min(GpuMilliPlacing, used);
        _ledger ??= new GpuSecondLedger(now);
        _ledger.Set(now, new GpuLevels
        {
            Capacity = capacity.GpuMilli,
            Productive = used - held,
            Held = held,
            Fragmented = capacity.FragmentedGpuMilli,
            Unhealthy = capacity.GpuMilli - capacity.FreeGpuMilli - spare - used,
        });
    }

    /// <summary>Makes the sums so far part of the journal.</summary>
    public void SaveLedger(DateTimeOffset now)
    {
        Account(now);
        _entries.Add(new PoolEntry { Kind = PoolEntryKind.LedgerSaved, Ledger = _ledger!.Snapshot() });
    }
}
