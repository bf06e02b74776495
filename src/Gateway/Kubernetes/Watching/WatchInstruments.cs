using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Gateway.Telemetry;

namespace Gateway.Kubernetes.Watching;

/// <summary>What informers measure.</summary>
internal sealed class WatchInstruments
{
    private readonly ConcurrentDictionary<(string Cluster, string Resource), Func<TimeSpan>> _silences = new();
    private readonly Counter<long> _lists;
    private readonly Counter<long> _events;
    private readonly Counter<long> _failures;

    public WatchInstruments(IMeterFactory factory)
    {
        var meter = factory.Create(GatewayInstruments.MeterName);
        _lists = meter.CreateCounter<long>("orleans.scheduler.kubernetes.lists", "{list}", "Whole lists read, by cluster and resource; after the first, each says that a watch missed too much.");
        _events = meter.CreateCounter<long>("orleans.scheduler.kubernetes.events", "{event}", "Watch events, by cluster and resource.");
        _failures = meter.CreateCounter<long>("orleans.scheduler.kubernetes.watch.failures", "{failure}", "Lists and watches that broke, by cluster and resource.");
        meter.CreateObservableGauge("orleans.scheduler.kubernetes.silence", Silences, "s", "Since a cluster last said something of a resource, if only that there is no news.");
    }

    public void OnListed(string cluster, string resource) => _lists.Add(1, new("cluster", cluster), new("resource", resource));

    public void OnEvent(string cluster, string resource) => _events.Add(1, new("cluster", cluster), new("resource", resource));

    public void OnFailed(string cluster, string resource) => _failures.Add(1, new("cluster", cluster), new("resource", resource));

    /// <summary>Until it is disposed.</summary>
    public IDisposable OnWatched(string cluster, string resource, Func<TimeSpan> silence)
    {
        _silences[(cluster, resource)] = silence;
        return new Ended(() => _silences.TryRemove(new((cluster, resource), silence)));
    }

    private IEnumerable<Measurement<double>> Silences() =>
        _silences.Select(s => new Measurement<double>(s.Value().TotalSeconds, new("cluster", s.Key.Cluster), new KeyValuePair<string, object?>("resource", s.Key.Resource)));

    private sealed class Ended(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
