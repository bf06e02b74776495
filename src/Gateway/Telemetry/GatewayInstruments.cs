using System.Diagnostics.Metrics;

namespace Gateway.Telemetry;

/// <summary>What the gateway measures of itself.</summary>
public sealed class GatewayInstruments
{
    public const string MeterName = "Orleans.Scheduler.Gateway";

    private static readonly double[] s_seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Counter<long> _requests;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _retries;
    private readonly UpDownCounter<long> _streams;

    public GatewayInstruments(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _requests = meter.CreateCounter<long>("orleans.scheduler.http.requests", "{request}", "Requests answered, by route, method and status.");
        _duration = meter.CreateHistogram(
            "orleans.scheduler.http.request.duration", "s", "How long requests took, by route and method.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = s_seconds });
        _retries = meter.CreateCounter<long>("orleans.scheduler.grain.retries", "{call}", "Grain calls tried again, by cause.");
        _streams = meter.CreateUpDownCounter<long>("orleans.scheduler.http.streams", "{stream}", "Event streams open now.");
    }

    public void OnRequest(string route, string method, int status, TimeSpan took)
    {
        var routeTag = new KeyValuePair<string, object?>("route", route);
        var methodTag = new KeyValuePair<string, object?>("method", method);
        _requests.Add(1, routeTag, methodTag, new("status", StatusText(status)));
        _duration.Record(took.TotalSeconds, routeTag, methodTag);
    }

    public void OnRetry(Exception cause) => _retries.Add(1, new KeyValuePair<string, object?>("cause", cause.GetType().Name));

    public void OnStreamOpened() => _streams.Add(1);

    public void OnStreamClosed() => _streams.Add(-1);

    private static string StatusText(int status) => status switch
    {
        200 => "200",
        201 => "201",
        304 => "304",
        404 => "404",
        422 => "422",
        429 => "429",
        _ => status.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };
}
