using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Gateway.Hosting;
using Gateway.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Tests.Support;

/// <summary>The real server on a real port of this machine, over fake grains. Everyone is the local admin unless an issuer is given.</summary>
public class TestGateway : IAsyncLifetime
{
    private readonly Dictionary<string, string?> _settings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["urls"] = "http://127.0.0.1:0",
        ["Logging:Console:LogLevel:Default"] = "None",
    };

    private readonly Action<WebApplicationBuilder>? _addCluster;
    private WebApplication? _app;

    public TestGateway()
    {
    }

    internal TestGateway(FakeCluster cluster, TestIssuer? issuer = null, params (string Key, string Value)[] settings)
    {
        Cluster = cluster;
        Issuer = issuer;
        foreach (var (key, value) in settings)
            _settings[key] = value;
    }

    /// <summary>Over something else than fakes.</summary>
    internal TestGateway(Action<WebApplicationBuilder> addCluster, params (string Key, string Value)[] settings) : this(new FakeCluster(), null, settings) =>
        _addCluster = addCluster;

    internal FakeCluster Cluster { get; } = new("main");

    internal TestIssuer? Issuer { get; }

    internal CapturedLogs Logs { get; } = new();

    public HttpClient Http { get; } = new(new SocketsHttpHandler { RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8, AllowAutoRedirect = false });

    public Uri Address => Http.BaseAddress!;

    public IServiceProvider Services => _app!.Services;

    internal static async Task<TestGateway> Start(FakeCluster? cluster = null, TestIssuer? issuer = null, params (string Key, string Value)[] settings)
    {
        var gateway = new TestGateway(cluster ?? new FakeCluster("main"), issuer, settings);
        await gateway.InitializeAsync();
        return gateway;
    }

    public virtual async ValueTask InitializeAsync()
    {
        if (Issuer is not null)
        {
            _settings["Auth:Issuer"] = Issuer.Address;
            _settings["Auth:Audience"] = TestIssuer.Audience;
        }

        _app = GatewayApp.Build(new CommandLine { Settings = _settings }, _addCluster ?? Cluster.AddTo, builder => builder.Logging.Services.AddSingleton<ILoggerProvider>(Logs));
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Http.BaseAddress = new Uri(address);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_app is not null)
            await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    internal Task StopAsync() => _app!.StopAsync();

    internal async Task<Reply> Send(HttpMethod method, string path, HttpContent? body = null, string? token = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request);
        return await Reply.Of(response);
    }

    internal Task<Reply> Get(string path, string? token = null, params (string Name, string Value)[] headers) => Send(HttpMethod.Get, path, null, token, headers);

    internal Task<Reply> Post(string path, JsonNode? body, string? token = null, params (string Name, string Value)[] headers) =>
        Send(HttpMethod.Post, path, body is null ? null : Json(body.ToJsonString()), token, headers);

    internal Task<Reply> Post(string path, string body, string? token = null, params (string Name, string Value)[] headers) =>
        Send(HttpMethod.Post, path, Json(body), token, headers);

    internal Task<Reply> Put(string path, JsonNode body, string? token = null, params (string Name, string Value)[] headers) =>
        Send(HttpMethod.Put, path, Json(body.ToJsonString()), token, headers);

    /// <summary>Submits a valid job and answers its id.</summary>
    internal async Task<string> Submit(Action<JsonNode>? change = null, string? token = null)
    {
        var reply = await Post("/api/v1/jobs", Bodies.Job(change), token);
        Assert.Equal(201, reply.Status);
        return reply.Body["id"]!.GetValue<string>();
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}

/// <summary>An answer, read.</summary>
internal sealed record Reply(int Status, IReadOnlyDictionary<string, string> Headers, string Text)
{
    public static async Task<Reply> Of(HttpResponseMessage response)
    {
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new Reply((int)response.StatusCode, headers, await response.Content.ReadAsStringAsync());
    }

    public JsonNode Body => JsonNode.Parse(Text)!;

    /// <summary>Asserts a well-formed problem of this status and code, and answers the rules broken by field.</summary>
    public IReadOnlyDictionary<string, string[]> IsProblem(int status, string code)
    {
        Assert.True(status == Status, $"Expected {status} {code}, got {Status}: {Text}");
        Assert.Equal("application/problem+json", Headers["Content-Type"]);
        Assert.Equal(code, Headers["x-ms-error-code"]);
        var body = Body;
        Assert.Equal(code, body["code"]!.GetValue<string>());
        Assert.Equal(status, body["status"]!.GetValue<int>());
        Assert.EndsWith("#" + code, body["type"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.NotEmpty(body["title"]!.GetValue<string>());
        Assert.NotEmpty(body["detail"]!.GetValue<string>());
        Assert.NotEmpty(body["traceId"]!.GetValue<string>());
        Assert.DoesNotContain("Exception", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Gateway.", Text, StringComparison.Ordinal);
        return body["errors"]?.AsObject().ToDictionary(e => e.Key, e => e.Value!.AsArray().Select(r => r!.GetValue<string>()).ToArray()) ?? [];
    }
}
