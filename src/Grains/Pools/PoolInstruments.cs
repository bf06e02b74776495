using System.Diagnostics.Metrics;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Grains.Pools;

/// <summary>What pools measure. Meter "Orleans.Scheduler.Pools".</summary>
public sealed class PoolInstruments
{
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _roundSeconds;
    private readonly Histogram<int> _roundSize;
    private readonly Counter<long> _promises;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _backfilled;
    private readonly Counter<long> _checks;
    private readonly Gauge<long> _failures;

    public PoolInstruments(IMeterFactory meters)
    {
        var meter = meters.Create("Orleans.Scheduler.Pools");
        _attempts = meter.CreateCounter<long>("orleans_scheduler_pool_attempts", description: "Planned attempts by how their transaction ended");
        _roundSeconds = meter.CreateHistogram<double>("orleans_scheduler_pool_round_seconds", "s", "From plan to commit of a round");
        _roundSize = meter.CreateHistogram<int>("orleans_scheduler_pool_round_size", description: "Attempts planned in a round");
        _promises = meter.CreateCounter<long>("orleans_scheduler_pool_promises", description: "Promises of nodes by kind and by what became of them");
        _evictions = meter.CreateCounter<long>("orleans_scheduler_pool_evictions", description: "Attempts asked to make room, and what came of it");
        _backfilled = meter.CreateCounter<long>("orleans_scheduler_pool_backfilled", description: "Attempts started on nodes that are reserved for later");
        _checks = meter.CreateCounter<long>("orleans_scheduler_invariant_checks", description: "Invariant checks made online");
        _failures = meter.CreateGauge<long>("orleans_scheduler_invariant_failures", description: "Invariants found broken since the pool's activation; anything above 0 is an alert");
    }

    public void OnRound(string pool, int planned, int committed, int aborted, int inDoubt, TimeSpan took)
    {
        _roundSize.Record(planned, new KeyValuePair<string, object?>("pool", pool));
        _roundSeconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("pool", pool));
        Add(_attempts, pool, "committed", committed);
        Add(_attempts, pool, "aborted", aborted);
        Add(_attempts, pool, "in_doubt", inDoubt);
    }

    public void OnAudit(string pool, long checks, int failures)
    {
        _checks.Add(checks, new KeyValuePair<string, object?>("pool", pool));
        _failures.Record(failures, new KeyValuePair<string, object?>("pool", pool));
    }

    /// <summary>What was recorded was decided again.</summary>
    public void OnReplay(string pool, ReplayReport report)
    {
        _checks.Add(report.Entries + report.Snapshots, new("pool", pool), new("check", "replay"));
        _failures.Record(report.Differences, new("pool", pool), new("check", "replay"));
    }

    public void OnPromises(string pool, PoolTally tally)
    {
        if (tally == default)
        {
            return;
        }

        OnPromises(pool, "reservation", tally.Reservations);
        OnPromises(pool, "eviction", tally.Evictions);
        Add(_evictions, pool, "asked", tally.Asked);
        Add(_evictions, pool, "called_off", tally.CalledOff);
        Add(_evictions, pool, "made_room", tally.MadeRoom);
        if (tally.Backfilled > 0)
        {
            _backfilled.Add(tally.Backfilled, new KeyValuePair<string, object?>("pool", pool));
        }
    }

    private void OnPromises(string pool, string kind, PromiseTally tally)
    {
        foreach (var (outcome, count) in new[] { ("made", tally.Made), ("kept", tally.Kept), ("elsewhere", tally.Elsewhere), ("dropped", tally.Dropped) })
        {
            if (count > 0)
            {
                _promises.Add(count, new("pool", pool), new("kind", kind), new("outcome", outcome));
            }
        }
    }

    private static void Add(Counter<long> counter, string pool, string outcome, int count)
    {
        if (count > 0)
        {
            counter.Add(count, new("pool", pool), new("outcome", outcome));
        }
    }
}
