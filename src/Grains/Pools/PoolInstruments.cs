using System.Diagnostics.Metrics;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Grains.Pools;

/// <summary>What pools, and the racks and quota trees they command, measure. Meter "Orleans.Scheduler.Pools".</summary>
public sealed class PoolInstruments
{
    /// <summary>What PoolAuditor looks at; docs/architecture.md says what it means.</summary>
    internal static readonly string[] CheckedOnline = ["I1", "I2", "I3", "I4", "I7", "I8", "I9", "I10", "I11", "I13", "I14", "I17", "I18"];

    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _roundSeconds;
    private readonly Histogram<int> _roundSize;
    private readonly Counter<long> _promises;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _backfilled;
    private readonly Counter<long> _checks;
    private readonly Gauge<long> _failures;
    private readonly Counter<long> _journalsLost;
    private readonly Counter<long> _holdsExpired;

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
        _failures = meter.CreateGauge<long>("orleans_scheduler_invariant_failures", description: "Findings of broken invariants since the pool's activation, by invariant; anything above 0 is an alert");
        _journalsLost = meter.CreateCounter<long>("orleans_scheduler_journals_lost", description: "Activations that ended because their journal could not be written, or another wrote it");
        _holdsExpired = meter.CreateCounter<long>("orleans_scheduler_holds_expired", description: "Holds whose lease ran out, by what their job said of them");
    }

    public void OnRound(string pool, int planned, int committed, int aborted, int inDoubt, TimeSpan took)
    {
        _roundSize.Record(planned, new KeyValuePair<string, object?>("pool", pool));
        _roundSeconds.Record(took.TotalSeconds, new KeyValuePair<string, object?>("pool", pool));
        Add(_attempts, pool, "committed", committed);
        Add(_attempts, pool, "aborted", aborted);
        Add(_attempts, pool, "in_doubt", inDoubt);
    }

    /// <param name="pool">Whose.</param>
    /// <param name="checks">Made in this audit.</param>
    /// <param name="failures">Findings by the invariant that is broken; those that are not named are 0.</param>
    public void OnAudit(string pool, long checks, IEnumerable<KeyValuePair<string, int>> failures)
    {
        _checks.Add(checks, new KeyValuePair<string, object?>("pool", pool));
        BeginSeries(pool);
        var broken = failures.ToDictionary();
        foreach (var invariant in CheckedOnline.Concat(broken.Keys).Distinct())
        {
            _failures.Record(broken.GetValueOrDefault(invariant), new("pool", pool), new("invariant", invariant));
        }
    }

    /// <summary>What was recorded was decided again.</summary>
    public void OnReplay(string pool, ReplayReport report)
    {
        _checks.Add(report.Entries + report.Snapshots, new("pool", pool), new("check", "replay"));
        _failures.Record(report.Differences, new("pool", pool), new("invariant", "I18"), new("check", "replay"));
    }

    /// <param name="grain">pool, rack or quota.</param>
    public void OnJournalLost(string grain) => _journalsLost.Add(1, new KeyValuePair<string, object?>("grain", grain));

    public void OnHoldExpired(string pool, bool committed) => _holdsExpired.Add(1, new("pool", pool), new("outcome", committed ? "committed" : "freed"));

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

    /// <summary>A counter that is not there before its first step cannot be seen to grow by it.</summary>
    private void BeginSeries(string pool)
    {
        foreach (var outcome in new[] { "committed", "aborted", "in_doubt" })
        {
            _attempts.Add(0, new("pool", pool), new("outcome", outcome));
        }

        foreach (var outcome in new[] { "committed", "freed" })
        {
            _holdsExpired.Add(0, new("pool", pool), new("outcome", outcome));
        }

        foreach (var grain in new[] { "pool", "rack", "quota" })
        {
            _journalsLost.Add(0, new KeyValuePair<string, object?>("grain", grain));
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
