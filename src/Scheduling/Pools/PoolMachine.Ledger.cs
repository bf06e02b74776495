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
        var placing = Math.Min(GpuMilliPlacing, used);
        // What is free and promised is kept from everybody else: the index has it as taken.
        var promised = Math.Min(GpuMilliPromised, capacity.GpuMilli - capacity.FreeGpuMilli - spare - used);
        _ledger ??= new GpuSecondLedger(now);
        _ledger.Set(now, new GpuLevels
        {
            Capacity = capacity.GpuMilli,
            Productive = used - placing,
            Held = placing + promised,
            Fragmented = capacity.FragmentedGpuMilli,
            Unhealthy = capacity.GpuMilli - capacity.FreeGpuMilli - spare - used - promised,
        });
    }

    /// <summary>Makes the sums so far part of the journal.</summary>
    public void SaveLedger(DateTimeOffset now)
    {
        Account(now);
        _entries.Add(new PoolEntry { Kind = PoolEntryKind.LedgerSaved, Ledger = _ledger!.Snapshot() });
    }
}
