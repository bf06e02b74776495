using System.Diagnostics.Metrics;
using Gateway.Leadership;
using Gateway.Telemetry;

namespace Gateway.Kubernetes.Hosting;

/// <summary>What clusters are measured by.</summary>
internal sealed class KubernetesInstruments : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _calls;
    private readonly Histogram<double> _seconds;
    private readonly Counter<long> _pods;
    private readonly List<(string Cluster, ILeader Leader)> _leaders = [];
    private readonly Lock _lock = new();

    public KubernetesInstruments(IMeterFactory factory)
    {
        _meter = factory.Create(GatewayInstruments.MeterName);
        _calls = _meter.CreateCounter<long>("orleans.scheduler.kubernetes.calls", "{call}", "Calls to a cluster's API server, by verb and status code.");
        _seconds = _meter.CreateHistogram<double>("orleans.scheduler.kubernetes.call.duration", "s", "From a call to the head of its answer; watches left out.");
        _pods = _meter.CreateCounter<long>("orleans.scheduler.kubernetes.pods", "{pod}", "Pods of REST jobs, by what was done with them.");
        _meter.CreateObservableGauge("orleans.scheduler.kubernetes.leader", Leading, "{leader}", "1 while this gateway leads the cluster.");
    }

    public void OnCall(string cluster, string verb, string code, TimeSpan took)
    {
        _calls.Add(1, new("cluster", cluster), new("verb", verb), new("code", code));
        if (verb != "watch")
        {
            _seconds.Record(took.TotalSeconds, new("cluster", cluster), new KeyValuePair<string, object?>("verb", verb));
        }
    }

    public void OnPods(string cluster, string done, int pods) => _pods.Add(pods, new("cluster", cluster), new("done", done));

    public void OnLeader(string cluster, ILeader leader)
    {
        lock (_lock)
        {
            _leaders.Add((cluster, leader));
        }
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Leading()
    {
        lock (_lock)
        {
            return [.. _leaders.Select(l => new Measurement<int>(l.Leader.Epoch is null ? 0 : 1, new KeyValuePair<string, object?>("cluster", l.Cluster)))];
        }
    }
}
