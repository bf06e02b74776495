using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cluster.Tests.Processes;

/// <param name="Service">The program.</param>
/// <param name="Parent">The span that it is within; empty: none.</param>
internal sealed record TracedSpan(string Service, string Trace, string Id, string Parent, string Name);

/// <param name="Trace">That it was written in; empty: none.</param>
internal sealed record TracedLine(string Service, string Trace, string Text);

/// <summary>A collector of OTLP over HTTP, which keeps spans and log lines.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Collector(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public ConcurrentQueue<TracedSpan> Spans { get; } = new();

    public ConcurrentQueue<TracedLine> Lines { get; } = new();

    public static async Task<Collector> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new Collector(builder.Build());
        collector._app.MapPost("/{**path}", collector.Take);
        await collector._app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Numbers of fields as in opentelemetry-proto.</summary>
    private async Task Take(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Response.ContentType = "application/x-protobuf";
        if (context.Request.Path.Value is not ("/v1/traces" or "/v1/logs") and { } path)
        {
            return;
        }

        foreach (var resource in new Wire(body.ToArray()).Messages(1))
        {
            var service = resource.Messages(1).SelectMany(r => r.Messages(1)).Where(a => a.Text(1) == "service.name").Select(a => a.Messages(2).Single().Text(1)).Single();
            foreach (var item in resource.Messages(2).SelectMany(scope => scope.Messages(2)))
            {
                if (context.Request.Path == "/v1/traces")
                {
                    Spans.Enqueue(new TracedSpan(service, item.Hex(1), item.Hex(2), item.Hex(4), item.Text(5)));
                }
                else
                {
                    Lines.Enqueue(new TracedLine(service, item.Hex(9), item.Messages(5).Select(v => v.Text(1)).FirstOrDefault() ?? ""));
                }
            }
        }
    }
}
