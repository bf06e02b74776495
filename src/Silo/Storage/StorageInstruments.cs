using System.Diagnostics.Metrics;

namespace Silo.Storage;

/// <summary>What the storage measures. Times in seconds.</summary>
public sealed class StorageInstruments : IDisposable
{
    public const string MeterName = "Orleans.Scheduler.Storage";

    private static readonly double[] SecondBounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
    private static readonly int[] OpsBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    private readonly Meter _meter;
    private readonly Counter<long> _commits;
    private readonly Counter<long> _ops;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _commitSeconds;
    private readonly Histogram<double> _checkpointSeconds;
    private readonly Histogram<int> _commitOps;
    private long _queueLength;

    public StorageInstruments(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _commits = _meter.CreateCounter<long>("orleans_scheduler_storage_commits_total", description: "Transactions made durable.");
        _ops = _meter.CreateCounter<long>("orleans_scheduler_storage_ops_total", description: "Writes made durable.");
        _bytes = _meter.CreateCounter<long>("orleans_scheduler_storage_bytes_total", "By", "Record bytes made durable.");
        _conflicts = _meter.CreateCounter<long>("orleans_scheduler_storage_conflicts_total", description: "Writes refused because another writer was first.");
        _failures = _meter.CreateCounter<long>("orleans_scheduler_storage_failures_total", description: "Writes that failed for another reason than a conflict.");
        _commitSeconds = _meter.CreateHistogram(
            "orleans_scheduler_storage_commit_seconds", "s", "From a transaction's begin until it is durable.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SecondBounds });
        _checkpointSeconds = _meter.CreateHistogram(
            "orleans_scheduler_storage_checkpoint_seconds", "s", "Moving the write-ahead log into the database; writes wait meanwhile.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = SecondBounds });
        _commitOps = _meter.CreateHistogram(
            "orleans_scheduler_storage_commit_ops", description: "Writes in one transaction.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = OpsBounds });
        _meter.CreateObservableGauge("orleans_scheduler_storage_queue_length", () => Interlocked.Read(ref _queueLength), description: "Writes waiting for a transaction.");
    }

    public void OnEnqueued() => Interlocked.Increment(ref _queueLength);

    public void OnDequeued(int ops) => Interlocked.Add(ref _queueLength, -ops);

    public void OnCommitted(int ops, long bytes, TimeSpan took)
    {
        _commits.Add(1);
        _failures.Add(0); // A counter that is not there before its first failure cannot be seen to grow by it.
        _ops.Add(ops);
        _bytes.Add(bytes);
        _commitOps.Record(ops);
        _commitSeconds.Record(took.TotalSeconds);
    }

    public void OnCheckpointed(TimeSpan took) => _checkpointSeconds.Record(took.TotalSeconds);

    public void OnConflict() => _conflicts.Add(1);

    public void OnFailed(int ops) => _failures.Add(ops);

    public void Dispose() => _meter.Dispose();
}
