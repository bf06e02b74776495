using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Benchmarks.Kubernetes;

/// <summary>
/// What an API server can take: binds every pod that names it to the next node, and decides nothing. In a process of its own, as the product is:
/// benchmarks kubernetes-bare ADDRESS CA TOKEN NAMESPACE SCHEDULER AT-ONCE.
/// </summary>
internal static class BareBinder
{
    public static async Task<int> Run(string[] arguments)
    {
        var (address, authority, token, space, scheduler, atOnce) = (new Uri(arguments[0]), arguments[1], arguments[2], arguments[3], arguments[4], int.Parse(arguments[5], null));
        using var client = Client(address, authority, token);
        var nodes = await Nodes(client);
        var waiting = Channel.CreateUnbounded<string>();
        var workers = Enumerable.Range(0, atOnce).Select(first => Work(client, space, nodes, first, waiting.Reader)).ToArray();
        var path = $"/api/v1/namespaces/{space}/pods?fieldSelector=spec.nodeName=,spec.schedulerName={scheduler}";
        var (pods, version) = await PodWatch.List(client, path, CancellationToken.None);
        foreach (var pod in pods)
        {
            waiting.Writer.TryWrite(pod.Name);
        }

        await Console.Out.WriteLineAsync("ready");
        await foreach (var pod in PodWatch.Follow(client, path, version, CancellationToken.None))
        {
            waiting.Writer.TryWrite(pod.Name);
        }

        await Task.WhenAll(workers);
        return 1;
    }

    public static HttpClient Client(Uri address, string authority, string token)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(authority));
        var handler = new SocketsHttpHandler { UseProxy = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy }, EnableMultipleHttp2Connections = true };
        var client = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version20 };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static async Task<string[]> Nodes(HttpClient client)
    {
        using var document = JsonDocument.Parse(await client.GetByteArrayAsync("/api/v1/nodes"));
        return [.. document.RootElement.GetProperty("items").EnumerateArray().Select(n => n.GetProperty("metadata").GetProperty("name").GetString()!)];
    }

    private static async Task Work(HttpClient client, string space, string[] nodes, int first, ChannelReader<string> waiting)
    {
        var next = first;
        await foreach (var pod in waiting.ReadAllAsync())
        {
            next = (next + 61) % nodes.Length;
            var body = $$$"""{"apiVersion":"v1","kind":"Binding","metadata":{"name":"{{{pod}}}"},"target":{"apiVersion":"v1","kind":"Node","name":"{{{nodes[next]}}}"}}""";
            while (!await Bind(client, $"/api/v1/namespaces/{space}/pods/{pod}/binding", body))
            {
            }
        }
    }

    /// <summary>False: again.</summary>
    private static async Task<bool> Bind(HttpClient client, string path, string body)
    {
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(path, content);
            if (answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict)
            {
                return true;
            }

            await Console.Out.WriteLineAsync($"{path}: {(int)answer.StatusCode}");
            await Task.Delay(answer.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1));
        }
        catch (HttpRequestException e)
        {
            await Console.Out.WriteLineAsync($"{path}: {e.Message}");
        }

        return false;
    }
}
