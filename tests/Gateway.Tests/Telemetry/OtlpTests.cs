using System.Collections.Concurrent;
using System.Text;
using Gateway.Hosting;
using Gateway.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests.Telemetry;

/// <summary>Traces, metrics and logs by OTLP, to a collector that keeps what it gets.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task Once_an_endpoint_is_set_traces_metrics_and_logs_reach_the_collector()
    {
        await using var collector = await Collector.Start();
        var gateway = new TestGateway(new Fakes.FakeCluster("main"), null,
            ("Telemetry:Otlp:Endpoint", collector.Address), ("Telemetry:Otlp:Protocol", "Http"), ("Telemetry:Otlp:TracesPerThousand", "1000"), ("POD_NAME", "gateway-7"));
        await gateway.InitializeAsync();
        await gateway.Submit();
        await gateway.Get("/healthz/ready");
        await gateway.DisposeAsync(); // What was not sent yet is sent at the end.

        Assert.Equal(["/v1/logs", "/v1/metrics", "/v1/traces"], collector.Paths);
        Assert.All(collector.Paths, path => Assert.Contains("orleans-scheduler-gateway", collector.Text(path), StringComparison.Ordinal));
        Assert.Contains("gateway-7", collector.Text("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains("/api/v1/jobs", collector.Text("/v1/traces"), StringComparison.Ordinal);
        Assert.DoesNotContain("/healthz", collector.Text("/v1/traces"), StringComparison.Ordinal);
        Assert.Contains("orleans.scheduler.http.requests", collector.Text("/v1/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_sent_or_traced()
    {
        await using var gateway = await TestGateway.Start();

        Assert.Null(gateway.Services.GetService(typeof(OpenTelemetry.Metrics.MeterProvider)));
        Assert.Null(gateway.Services.GetService(typeof(OpenTelemetry.Trace.TracerProvider)));
    }

    [Fact]
    public async Task What_is_wrong_with_its_settings_is_told_at_once_before_anything_starts()
    {
        var gateway = new TestGateway(new Fakes.FakeCluster("main"), null,
            ("Telemetry:Otlp:Endpoint", "ftp://collector"), ("Telemetry:Otlp:TracesPerThousand", "2000"), ("Telemetry:Otlp:MetricsEvery", "00:00:00.1"), ("Telemetry:Otlp:HeadersFile", "/no/such/file"));
        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await gateway.InitializeAsync());

        Assert.Equal(4, error.Faults.Count);
        Assert.All(error.Faults, f => Assert.StartsWith("Telemetry:Otlp:", f, StringComparison.Ordinal));
    }

    private sealed class Collector : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, StringBuilder> _got = [];
        private readonly WebApplication _app;

        private Collector(WebApplication app) => _app = app;

        public string Address => _app.Urls.Single();

        public IEnumerable<string> Paths => _got.Keys.Order(StringComparer.Ordinal);

        public static async Task<Collector> Start()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var collector = new Collector(builder.Build());
            collector._app.MapPost("/{**path}", collector.Take);
            await collector._app.StartAsync();
            return collector;
        }

        /// <summary>Names are as they are in protobuf, so that they are found in its bytes.</summary>
        public string Text(string path)
        {
            lock (_got)
                return _got[path].ToString();
        }

        public ValueTask DisposeAsync() => _app.DisposeAsync();

        private async Task Take(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            lock (_got)
                _got.GetOrAdd(context.Request.Path, _ => new StringBuilder()).Append(Encoding.Latin1.GetString(body.ToArray()));
            context.Response.ContentType = "application/x-protobuf";
        }
    }
}
