using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Silo.Storage;

namespace Silo.Tests.Support;

/// <summary>Sums what one storage's instruments report.</summary>
internal sealed class MeasuredStorage : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, long> _sums = [];

    public MeasuredStorage(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == StorageInstruments.MeterName && instrument.Meter.Scope == meters)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _sums.AddOrUpdate(
            instrument.Name, value, (_, sum) => instrument.IsObservable ? value : sum + value));
        _listener.Start();
    }

    public long this[string name]
    {
        get
        {
            _listener.RecordObservableInstruments();
            return _sums.GetValueOrDefault(name);
        }
    }

    public void Dispose() => _listener.Dispose();
}
