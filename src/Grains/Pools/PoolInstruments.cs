using System.Diagnostics.Metrics;

namespace Grains.Pools;

/// <summary>What pools measure. Meter "Orleans.Scheduler.Pools".</summary>
public sealed class PoolInstruments
{
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _roundSeconds;
    private readonly Histogram<int> _roundSize;
    private readonly Counter<long> _checks;
    private readonly Gauge<long> _failures;

    public PoolInstruments(IMeterFactory meters)
    {
        var meter = meters.Create("Orleans.Scheduler.Pools");
        _attempts = meter.CreateCounter<long>("orleans_scheduler_pool_attempts", description: "Planned attempts by how their transaction ended");
        _roundSeconds = meter.CreateHistogram<double>("orleans_scheduler_pool_round_seconds", "s", "From plan to commit of a round");
        _roundSize = meter.CreateHistogram<int>("orleans_scheduler_pool_round_size", description: "Attempts planned in a round");
        _checks = meter.CreateCounter<long>("orleans_scheduler_invariant_checks", description: "Invariant checks made online");
        _failures = meter.CreateGauge<long>("orleans_scheduler_invariant_failures", description: "Invariants found broken since the pool's activation; anything above 0 is an alert");
    }

    public void OnRound(string pool, int planned, int committed, int aborted, int inDoubt, TimeSpan took)
    {
        _roundSize.Record(planned, new KeyValuePair<string, object?>("pool", pool));
        _roundSeconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("pool", pool));
        Add(pool, "committed", committed);
        Add(pool, "aborted", aborted);
        Add(pool, "in_doubt", inDoubt);
    }

    public void OnAudit(string pool, long checks, int failures)
    {
        _checks.Add(checks, new KeyValuePair<string, object?>("pool", pool));
        _failures.Record(failures, new KeyValuePair<string, object?>("pool", pool));
    }

    private void Add(string pool, string outcome, int count)
    {
        if (count > 0)
        {
            _attempts.Add(count, new("pool", pool), new("outcome", outcome));
        }
    }
}
