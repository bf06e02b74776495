using System.Diagnostics.Metrics;
using Gateway.Api;
using Gateway.Calls;
using Grains.Pools;

namespace Gateway.Telemetry;

/// <summary>Every pool at a glance, as gauges; read when /metrics is, at most every few seconds.</summary>
public sealed class PoolGauges
{
    private static readonly TimeSpan s_maxAge = TimeSpan.FromSeconds(2);

    private readonly PoolReader _pools;
    private readonly TimeProvider _time;
    private PoolView[] _views = [];
    private long? _at;

    public PoolGauges(IMeterFactory factory, PoolReader pools, TimeProvider time)
    {
        (_pools, _time) = (pools, time);
        var meter = factory.Create(GatewayInstruments.MeterName);
        Gauge(meter, "orleans.scheduler.pool.nodes", "{node}", "Nodes of a pool.", v => v.Nodes);
        Gauge(meter, "orleans.scheduler.pool.nodes.schedulable", "{node}", "Nodes that take new work.", v => v.SchedulableNodes);
        Gauge(meter, "orleans.scheduler.pool.gpus", "{gpu}", "GPUs of a pool.", v => v.GpuMilliTotal / 1000.0);
        Gauge(meter, "orleans.scheduler.pool.gpus.allocated", "{gpu}", "GPUs held or allocated.", v => v.GpuMilliAllocated / 1000.0);
        Gauge(meter, "orleans.scheduler.pool.gpus.promised", "{gpu}", "GPUs that are free and kept for who they are promised to.", v => v.GpuMilliPromised / 1000.0);
        Gauge(meter, "orleans.scheduler.pool.jobs.placing", "{job}", "Jobs between plan and commit.", v => v.PlacingJobs);
        Gauge(meter, "orleans.scheduler.pool.jobs.running", "{job}", "Jobs with a committed placement.", v => v.RunningJobs);
        meter.CreateObservableGauge("orleans.scheduler.pool.jobs.pending", Pending, "{job}", "Jobs that wait, by why.");
        meter.CreateObservableCounter("orleans.scheduler.pool.gpu.time", Ledger, "s", "GPU time by what became of it; sums to capacity.");
    }

    /// <summary>Keeps the last known values when pools don't answer: metrics must not fail with what they measure.</summary>
    public async ValueTask Refresh(CancellationToken cancellationToken)
    {
        if (_at is { } at && _time.GetElapsedTime(at) < s_maxAge)
            return;
        try
        {
            _views = await _pools.All(cancellationToken);
            _at = _time.GetTimestamp();
        }
        catch (OutcomeUnknownException)
        {
            _at = null;
        }
    }

    private void Gauge(Meter meter, string name, string unit, string description, Func<PoolView, double> value) =>
        meter.CreateObservableGauge(name, () => Each(value), unit, description);

    private IEnumerable<Measurement<double>> Each(Func<PoolView, double> value) =>
        _views.Select(v => new Measurement<double>(value(v), new KeyValuePair<string, object?>("pool", v.Pool.Value)));

    private IEnumerable<Measurement<long>> Pending() =>
        _views.SelectMany(v => v.PendingByReason.Select(r => new Measurement<long>(
            r.Jobs, new KeyValuePair<string, object?>("pool", v.Pool.Value), new KeyValuePair<string, object?>("reason", r.Reason))));

    private IEnumerable<Measurement<double>> Ledger() =>
        _views.SelectMany(v => v.Ledger.Select(l => new Measurement<double>(
            l.Seconds, new KeyValuePair<string, object?>("pool", v.Pool.Value), new KeyValuePair<string, object?>("category", l.Category))));
}
