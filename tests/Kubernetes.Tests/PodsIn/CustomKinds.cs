using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace KubeTests.PodsIn;

/// <summary>
/// Objects of the kinds that operators define, answered on the product's way to the server: the server of these tests cannot hold any (1.20 built with
/// Go 1.19 ends when it is given one).
/// </summary>
internal sealed class CustomKinds : DelegatingHandler
{
    private static readonly string[] Groups = ["scheduling.x-k8s.io", "scheduling.volcano.sh", "scheduling.run.ai", "scheduling.k8s.io/v1alpha2", "jobset.x-k8s.io", "kubeflow.org", "ray.io"];

    private readonly ConcurrentDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);

    public JsonObject Create(string apiVersion, string kind, string plural, string space, string name, JsonObject spec)
    {
        var made = new JsonObject
        {
            ["apiVersion"] = apiVersion, ["kind"] = kind, ["spec"] = spec,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = space, ["uid"] = Guid.NewGuid().ToString(), ["resourceVersion"] = "1" },
        };
        _objects[$"/apis/{apiVersion}/namespaces/{space}/{plural}/{name}"] = made;
        return made;
    }

    public JsonNode? StatusOf(string apiVersion, string plural, string space, string name) => _objects[$"/apis/{apiVersion}/namespaces/{space}/{plural}/{name}"]["status"];

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.IsAbsoluteUri ? request.RequestUri.AbsolutePath : "/" + request.RequestUri.OriginalString.Split('?')[0].TrimStart('/');
        if (!Groups.Any(g => path.StartsWith($"/apis/{g}", StringComparison.Ordinal)))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var isStatus = path.EndsWith("/status", StringComparison.Ordinal);
        if (!_objects.TryGetValue(isStatus ? path[..^"/status".Length] : path, out var found))
        {
            return Answer(request, HttpStatusCode.NotFound, """{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","code":404}""");
        }

        if (isStatus && request.Method == HttpMethod.Patch)
        {
            var patch = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
            found["status"] = patch["status"]!.DeepClone();
        }

        return Answer(request, HttpStatusCode.OK, found.ToJsonString());
    }

    private static HttpResponseMessage Answer(HttpRequestMessage request, HttpStatusCode code, string body) =>
        new(code) { RequestMessage = request, Content = new StringContent(body, Encoding.UTF8, "application/json") };
}
