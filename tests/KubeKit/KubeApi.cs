using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KubeKit;

/// <summary>
/// The Kubernetes API as plain JSON. Tests act and look with this one and not with the product's client, so that a mistake of the latter does not
/// hide itself.
/// </summary>
public sealed class KubeApi : IDisposable
{
    public const string MergePatch = "application/merge-patch+json";
    public const string StrategicPatch = "application/strategic-merge-patch+json";
    public const string JsonPatch = "application/json-patch+json";
    public const string ApplyPatch = "application/apply-patch+yaml";

    private readonly HttpClient _client;

    public KubeApi(Uri address, X509Certificate2 authority, string token)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            EnableMultipleHttp2Connections = true,
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { authority }, RevocationMode = X509RevocationMode.NoCheck },
            },
        };
        _client = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version20 };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>For what needs speed.</summary>
    public HttpClient Http => _client;

    /// <summary>An object or a list; an exception when it is not there.</summary>
    public Task<JsonObject> Get(string path, CancellationToken cancellationToken = default) => Must(HttpMethod.Get, path, null, null, cancellationToken);

    /// <summary>An object, or null when it is not there.</summary>
    public async Task<JsonObject?> Find(string path, CancellationToken cancellationToken = default)
    {
        var answer = await Send(HttpMethod.Get, path, null, null, cancellationToken);
        return answer.Status == HttpStatusCode.NotFound ? null : answer.OrThrow();
    }

    public Task<JsonObject> Create(string path, JsonNode body, CancellationToken cancellationToken = default) => Must(HttpMethod.Post, path, body, null, cancellationToken);

    public Task<JsonObject> Replace(string path, JsonNode body, CancellationToken cancellationToken = default) => Must(HttpMethod.Put, path, body, null, cancellationToken);

    public Task<JsonObject> Patch(string path, JsonNode body, string type = MergePatch, CancellationToken cancellationToken = default) =>
        Must(HttpMethod.Patch, path, body, type, cancellationToken);

    /// <param name="body">DeleteOptions.</param>
    public Task<JsonObject> Delete(string path, JsonNode? body = null, CancellationToken cancellationToken = default) => Must(HttpMethod.Delete, path, body, null, cancellationToken);

    /// <summary>All items of a list, page by page, and the version that they are of.</summary>
    public async Task<(List<JsonObject> Items, string Version)> List(string path, CancellationToken cancellationToken = default)
    {
        List<JsonObject> items = [];
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        string? next = null;
        while (true)
        {
            var page = await Get($"{path}{separator}limit=500{(next is null ? "" : "&continue=" + Uri.EscapeDataString(next))}", cancellationToken);
            var array = page["items"]!.AsArray();
            items.AddRange(array.Select(i => i!.AsObject()));
            array.Clear();
            next = (string?)page["metadata"]!["continue"];
            if (string.IsNullOrEmpty(next))
            {
                return (items, (string)page["metadata"]!["resourceVersion"]!);
            }
        }
    }

    /// <summary>Changes after a version, until the server ends the watch or the caller has enough. An event of the type ERROR is an exception.</summary>
    public async IAsyncEnumerable<KubeEvent> Watch(string path, string version, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var separator = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}{separator}watch=true&allowWatchBookmarks=true&resourceVersion={version}") { Version = HttpVersion.Version20 };
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new KubeApiException(answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        }

        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            var news = JsonNode.Parse(line)!;
            var (type, thing) = ((string)news["type"]!, news["object"]!.AsObject());
            yield return type != "ERROR" ? new KubeEvent(type, thing) : throw new KubeApiException((HttpStatusCode)((int?)thing["code"] ?? 500), thing.ToJsonString());
        }
    }

    /// <summary>Any request; the answer, whatever it is.</summary>
    public async Task<KubeAnswer> Send(HttpMethod method, string path, JsonNode? body = null, string? type = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(method, path) { Version = HttpVersion.Version20 };
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, type ?? "application/json");
        }

        using var answer = await _client.SendAsync(request, cancellationToken);
        return new KubeAnswer(answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Whether the server says so; false as well when it does not answer.</summary>
    public async Task<bool> IsReady()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        try
        {
            return (await Send(HttpMethod.Get, "/readyz", cancellationToken: limit.Token)).Status == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<JsonObject> Must(HttpMethod method, string path, JsonNode? body, string? type, CancellationToken cancellationToken) =>
        (await Send(method, path, body, type, cancellationToken)).OrThrow();
}

/// <summary>ADDED, MODIFIED, DELETED or BOOKMARK, and the object.</summary>
public sealed record KubeEvent(string Type, JsonObject Object);

/// <summary>An answer as it came.</summary>
public sealed record KubeAnswer(HttpStatusCode Status, string Body)
{
    public JsonObject OrThrow() => (int)Status < 300 ? JsonNode.Parse(Body)!.AsObject() : throw new KubeApiException(Status, Body);
}

/// <summary>The server refused.</summary>
public sealed class KubeApiException(HttpStatusCode status, string body) : Exception($"{(int)status}: {Message(body)}")
{
    public HttpStatusCode Status { get; } = status;

    private static new string Message(string body)
    {
        try
        {
            return (string?)JsonNode.Parse(body)?["message"] ?? body;
        }
        catch (JsonException)
        {
            return body;
        }
    }
}
