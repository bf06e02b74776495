using System.Diagnostics.Metrics;

namespace Silo.Telemetry;

/// <summary>What a metric does, as Prometheus calls it.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>One combination of tags of one instrument: a running value, or a histogram.</summary>
internal sealed class MetricSeries(KeyValuePair<string, string>[] tags, double[]? bounds)
{
    private readonly Lock _lock = new();
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private double _value;
    private long _count;

    public KeyValuePair<string, string>[] Tags { get; } = tags;

    /// <summary>For counters that report steps.</summary>
    public void Add(double step)
    {
        lock (_lock)
            _value += step;
    }

    /// <summary>For gauges and observed counters, which report what is.</summary>
    public void Set(double value)
    {
        lock (_lock)
            _value = value;
    }

    public void Record(double value)
    {
        var i = 0;
        while (i < bounds!.Length && value > bounds[i])
            i++;
        lock (_lock)
        {
            _buckets![i]++;
            _count++;
            _value += value;
        }
    }

    /// <summary>Value (or sum), count, and the buckets' own counts; taken at one instant.</summary>
    public (double Value, long Count, long[]? Buckets) Read()
    {
        lock (_lock)
            return (_value, _count, (long[]?)_buckets?.Clone());
    }
}

/// <summary>One instrument with all its series; bounded, because tags may come from clients.</summary>
internal sealed class MetricFamily
{
    private const int MaxSeries = 2_000;
    private static readonly double[] s_defaultBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Dictionary<TagKey, MetricSeries> _series = new(TagKey.Comparer);
    private readonly Dictionary<TagKey, MetricSeries>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly Lock _lock = new();
    private readonly bool _observed;
    private readonly bool _observable;
    private MetricSeries? _overflow;

    public MetricFamily(Instrument instrument)
    {
        var type = instrument.GetType();
        var generic = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        Kind = generic == typeof(Histogram<>) ? MetricKind.Histogram
            : generic == typeof(Counter<>) || generic == typeof(ObservableCounter<>) ? MetricKind.Counter
            : MetricKind.Gauge;
        _observable = instrument.IsObservable;
        _observed = _observable || generic == typeof(Gauge<>);
        Name = PrometheusText.NameOf(instrument, Kind);
        Help = instrument.Description ?? "";
        Bounds = Kind == MetricKind.Histogram ? BoundsOf(instrument) : null;
        _lookup = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public string Name { get; }

    public string Help { get; }

    public MetricKind Kind { get; }

    public double[]? Bounds { get; }

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = SeriesOf(tags);
        if (Kind == MetricKind.Histogram)
            series.Record(value);
        else if (_observed)
            series.Set(value);
        else
            series.Add(value);
    }

    /// <summary>What an observed instrument no longer tells is gone: a reason nobody waits for, a pool that is no more.</summary>
    public void ForgetObserved()
    {
        if (!_observable)
            return;
        lock (_lock)
        {
            _series.Clear();
            _overflow = null;
        }
    }

    public MetricSeries[] Snapshot()
    {
        lock (_lock)
            return [.. _series.Values];
    }

    private MetricSeries SeriesOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            if (_lookup.TryGetValue(tags, out var series))
                return series;
            if (_series.Count >= MaxSeries)
                return _overflow ??= _series[new TagKey([new("overflow", "true")])] = new MetricSeries([new("overflow", "true")], Bounds);
            var key = TagKey.Of(tags);
            return _series[key] = new MetricSeries([.. key.Tags.Select(t => KeyValuePair.Create(t.Key, PrometheusText.ValueOf(t.Value)))], Bounds);
        }
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> h => h.Advice?.HistogramBucketBoundaries?.ToArray(),
        Histogram<long> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
        Histogram<int> h => h.Advice?.HistogramBucketBoundaries?.Select(b => (double)b).ToArray(),
        _ => null,
    } ?? s_defaultBounds;
}
