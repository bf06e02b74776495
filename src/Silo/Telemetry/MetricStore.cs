using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace Silo.Telemetry;

/// <summary>Listens to the meters named Orleans.Scheduler.* and to the runtime's own, and keeps what they say for /metrics.</summary>
public sealed class MetricStore : IHostedService, IDisposable
{
    public const string ContentType = PrometheusText.ContentType;

    private const string OurPrefix = "Orleans.Scheduler";
    private const string RuntimeMeter = "System.Runtime";

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly Lock _observing = new();

    /// <param name="factory">Meters of other hosts in the same process belong to other factories.</param>
    public MetricStore(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            var meter = instrument.Meter;
            if ((meter.Scope is not null && meter.Scope != factory) || (meter.Name != RuntimeMeter && !meter.Name.StartsWith(OurPrefix, StringComparison.Ordinal)))
                return;
            listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, static i => new MetricFamily(i)));
        };
        _listener.MeasurementsCompleted = (instrument, state) => _families.TryRemove(instrument, out _);
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Measure(value, tags));
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Everything in Prometheus' text format, families of one name together.</summary>
    public string Render()
    {
        lock (_observing)
        {
            foreach (var family in _families.Values)
                family.ForgetObserved();
            _listener.RecordObservableInstruments();
            return PrometheusText.Render(_families.Values);
        }
    }

    public void Dispose() => _listener.Dispose();
}
