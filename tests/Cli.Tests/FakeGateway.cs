using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cli.Tests;

/// <summary>A gateway on a real socket that answers what a test tells it to, and remembers what it was asked.</summary>
internal sealed class FakeGateway : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Route, Func<HttpContext, Task> Answer)> _once = new();
    private readonly ConcurrentDictionary<string, Func<HttpContext, Task>> _always = new();
    private WebApplication? _app;

    public ConcurrentQueue<Asked> Requests { get; } = new();

    public string Url { get; private set; } = "";

    public static async Task<FakeGateway> Start()
    {
        var gateway = new FakeGateway();
        await gateway.Up(0);
        return gateway;
    }

    public async Task Down()
    {
        await _app!.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    /// <summary>Comes back at the same address.</summary>
    public Task UpAgain() => Up(new Uri(Url).Port);

    /// <summary>The next request of this route ("GET /api/v1/jobs") gets this; later ones what <see cref="Always"/> says.</summary>
    public void Once(string route, int status, string body, params (string Name, string Value)[] headers) =>
        _once.Enqueue((route, context => Write(context, status, body, headers)));

    public void Always(string route, int status, string body, params (string Name, string Value)[] headers) =>
        _always[route] = context => Write(context, status, body, headers);

    public void Always(string route, Func<HttpContext, Task> answer) => _always[route] = answer;

    public static async Task Write(HttpContext context, int status, string body, params (string Name, string Value)[] headers)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = status < 400 ? "application/json" : "application/problem+json";
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        if (status != 204)
        {
            await context.Response.WriteAsync(body);
        }
    }

    public static string Problem(int status, string code, string detail, string? errors = null) => string.Create(
        CultureInfo.InvariantCulture,
        $$"""{"type":"/errors/{{code}}","title":"{{code}}","status":{{status}},"detail":"{{detail}}","code":"{{code}}","traceId":"t-1"{{(errors is null ? "" : ",\"errors\":" + errors)}}}""");

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await Down();
        }
    }

    private async Task Up(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        _app = builder.Build();
        _app.Run(Handle);
        await _app.StartAsync();
        Url = _app.Urls.Single();
    }

    private async Task Handle(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var asked = new Asked(
            context.Request.Method, context.Request.Path + context.Request.QueryString.ToString(), await reader.ReadToEndAsync(),
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase));
        Requests.Enqueue(asked);
        context.Items["asked"] = asked;
        var route = $"{context.Request.Method} {context.Request.Path}";
        if (_once.TryPeek(out var next) && next.Route == route && _once.TryDequeue(out next))
        {
            await next.Answer(context);
        }
        else if (_always.TryGetValue(route, out var answer) || _always.TryGetValue($"{context.Request.Method} *", out answer))
        {
            await answer(context);
        }
        else
        {
            await Write(context, 404, Problem(404, "NotFound", "There is no such thing."));
        }
    }

    /// <param name="Method">GET …</param>
    /// <param name="Path">With its query.</param>
    /// <param name="Body">Text, empty when there was none.</param>
    /// <param name="Headers">By name.</param>
    internal sealed record Asked(string Method, string Path, string Body, IReadOnlyDictionary<string, string> Headers);
}
