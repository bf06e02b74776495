using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KubeTests.Support;

/// <summary>What users ask of a gateway.</summary>
internal sealed class GatewayApi(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address };

    public async Task<bool> IsReady()
    {
        try
        {
            return (await _http.GetAsync("/healthz/ready")).StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Once the pool is there with so many nodes that take work.</summary>
    public Task HasNodes(string pool, int nodes) => Eventually.True(
        async () => (await _http.GetAsync($"/api/v1/pools/{pool}")) is { StatusCode: HttpStatusCode.OK } answer && (int)(await Read(answer))["schedulableNodes"]! == nodes,
        $"pool {pool} has {nodes} nodes");

    public async Task<string> Submit(JsonObject job)
    {
        var answer = await Post("/api/v1/jobs", job);
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body.ToJsonString());
        return (string)answer.Body["id"]!;
    }

    public async Task<(HttpStatusCode Status, JsonObject Body)> Post(string path, JsonObject body)
    {
        using var answer = await _http.PostAsJsonAsync(path, body);
        return (answer.StatusCode, await Read(answer));
    }

    public async Task<JsonObject> Get(string path)
    {
        using var answer = await _http.GetAsync(path);
        return await Read(answer);
    }

    /// <summary>What the job's timeline says so far, a line each: what stays, when what its state says is soon something else.</summary>
    public async Task<string> Story(string id)
    {
        using var question = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/jobs/{id}/events") { Headers = { Accept = { new("application/json") } } };
        using var answer = await _http.SendAsync(question);
        return string.Join('\n', (await Read(answer))["value"]!.AsArray().Select(e => $"{e!["type"]}: {e["message"]}"));
    }

    public async Task<string> Text(string path) => await _http.GetStringAsync(path);

    public Task<JsonObject> Becomes(string id, string phase) => Eventually.Get(() => Get($"/api/v1/jobs/{id}"), j => (string?)j["phase"] == phase, $"job {id} is {phase}");

    /// <summary>The node of each worker, by rank, as the grains decided.</summary>
    public async Task<Dictionary<int, string>> Workers(string id) =>
        (await Get($"/api/v1/jobs/{id}/workers"))["value"]!.AsArray().ToDictionary(w => (int)w!["rank"]!, w => (string)w!["node"]!);

    public void Dispose() => _http.Dispose();

    private static async Task<JsonObject> Read(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
}
