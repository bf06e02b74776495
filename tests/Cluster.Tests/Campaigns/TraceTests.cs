using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Silo.Tests.Support;

namespace Cluster.Tests.Campaigns;

/// <summary>Who submits a job under a trace of his own finds in his collector what gateway and silo did for it.</summary>
public sealed class TraceTests(PostgresServer database)
{
    [Fact]
    public async Task A_request_that_comes_with_a_trace_is_followed_through_the_gateway_and_into_the_silo()
    {
        await using var collector = await Collector.Start();
        string[] settings =
        [
            .. await Processes.OverPostgres(database), $"--Telemetry:Otlp:Endpoint={collector.Address}", "--Telemetry:Otlp:Protocol=Http", "--Telemetry:Otlp:TracesPerThousand=0",
            "--Telemetry:Otlp:Metrics=false", "--Telemetry:Otlp:Logs=false",
        ];
        await using var sink = await EffectSink.Start();
        await using var silo = Processes.Silo("silo", settings);
        silo.Start();
        await silo.UntilReady();
        await using var gateway = Processes.Gateway("gateway", sink, settings);
        gateway.Start();
        await gateway.UntilReady();

        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var client = new HttpClient { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/jobs")
        {
            Content = JsonContent.Create(new JsonObject
            {
                ["name"] = "traced", ["roles"] = new JsonArray(new JsonObject { ["name"] = "w", ["count"] = 1, ["cpuMilli"] = 100, ["memoryMiB"] = 10, ["gpus"] = 1 }),
            }),
        };
        request.Headers.Add("Idempotency-Key", "traced");
        request.Headers.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);

        await SchedulerCluster.Until(
            () => Task.FromResult(collector.Has(trace, "orleans-scheduler-gateway", "POST") && collector.Has(trace, "orleans-scheduler-silo", "IJobGrain/Submit") && collector.Has(trace, "orleans-scheduler-silo", "IPoolGrain/Enqueue")),
            () => $"the trace has the request, the job's turn and the pool's; it came in {collector.Count} reports");

        // What nobody asked to trace is not.
        Assert.False(collector.Has(trace, "orleans-scheduler-silo", "ListAssignments"));
    }

    /// <summary>Takes what OTLP sends over HTTP: protobuf, in which names are plain text and a trace's id is its bytes.</summary>
    private sealed class Collector(WebApplication app) : IAsyncDisposable
    {
        private readonly ConcurrentQueue<byte[]> _reports = new();

        public Uri Address => new(app.Urls.First());

        public int Count => _reports.Count;

        public static async Task<Collector> Start()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var app = builder.Build();
            var collector = new Collector(app);
            app.MapPost("/v1/traces", async (HttpRequest request) =>
            {
                using var body = new MemoryStream();
                await request.Body.CopyToAsync(body);
                collector._reports.Enqueue(body.ToArray());
            });
            await app.StartAsync();
            return collector;
        }

        /// <summary>A process of this name reported something of this trace that is called so.</summary>
        public bool Has(string trace, string service, string name)
        {
            var id = Enumerable.Range(0, 16).Select(i => byte.Parse(trace.AsSpan(2 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
            return _reports.Any(r => Contains(r, id) && Contains(r, Encoding.UTF8.GetBytes(service)) && Contains(r, Encoding.UTF8.GetBytes(name)));
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();

        private static bool Contains(byte[] report, byte[] part) => report.AsSpan().IndexOf(part) >= 0;
    }
}
