using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Support;

/// <summary>The REST API as any program sees it: HTTP and JSON, nothing of the server's code.</summary>
internal sealed class Api : IDisposable
{
    private readonly HttpClient _client;

    public Api(Uri address)
    {
        _client = new HttpClient { BaseAddress = new Uri(address, "/api/v1/"), Timeout = TimeSpan.FromSeconds(20) };
        _client.DefaultRequestHeaders.Accept.ParseAdd("application/json");
    }

    public static JsonObject Job(string name, int workers, long cpuMilli, long memoryMiB, int gpus, int gpuMilli, int? runForSeconds, string? gpuModels = null)
    {
        var role = new JsonObject { ["name"] = "worker", ["count"] = workers, ["cpuMilli"] = cpuMilli, ["memoryMiB"] = memoryMiB, ["gpus"] = gpus };
        if (gpus == 1 && gpuMilli < 1000)
        {
            role["gpuMilli"] = gpuMilli;
        }

        if (!string.IsNullOrEmpty(gpuModels))
        {
            role["gpuModels"] = new JsonArray([.. gpuModels.Split('|').Select(m => (JsonNode)m)]);
        }

        var job = new JsonObject { ["name"] = name, ["roles"] = new JsonArray(role) };
        if (runForSeconds is { } seconds)
        {
            job["runForSeconds"] = seconds;
        }

        return job;
    }

    /// <summary>The job's id; anything but 200 or 201 fails the test. Network faults are the caller's to judge.</summary>
    public async Task<string> Submit(JsonObject job, string key, CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "jobs") { Content = JsonContent.Create(job) };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await _client.SendAsync(request, cancellation);
        if (answer.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway)
        {
            throw new HttpRequestException($"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancellation)}");
        }

        var body = await answer.Content.ReadAsStringAsync(cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"POST jobs: {(int)answer.StatusCode} {body}");
        return (string)JsonNode.Parse(body)!["id"]!;
    }

    public async Task<int> StatusOfSubmit(JsonObject job, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "jobs") { Content = JsonContent.Create(job) };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await _client.SendAsync(request);
        return (int)answer.StatusCode;
    }

    /// <summary>Has a pool's journal decided again, and answers what it came to.</summary>
    public async Task<JsonNode> Replay(string pool, TimeSpan patience)
    {
        return await Eventually.Get(
            async () =>
            {
                using var answer = await _client.PostAsync($"pools/{pool}/replay", JsonContent.Create(new JsonObject()));
                var body = await answer.Content.ReadAsStringAsync();
                Assert.True(answer.IsSuccessStatusCode, $"POST replay: {(int)answer.StatusCode} {body}");
                return JsonNode.Parse(body)!;
            },
            replay => (bool)replay["done"]!,
            patience,
            "the journal is decided again");
    }

    public async Task<JsonNode> Get(string path)
    {
        using var answer = await _client.GetAsync(path);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"GET {path}: {(int)answer.StatusCode} {body}");
        return JsonNode.Parse(body)!;
    }

    /// <summary>0 while there is no such pool.</summary>
    public async Task<int> NodesIn(string pool)
    {
        var pools = await All("pools");
        return pools.Where(p => (string)p["name"]! == pool).Sum(p => (int)p["nodes"]!);
    }

    public Task<JsonNode> Job(string id) => Get($"jobs/{id}");

    /// <summary>Every element of a paged collection.</summary>
    public async Task<List<JsonNode>> All(string path)
    {
        var everything = new List<JsonNode>();
        for (var next = path; next is not null;)
        {
            var page = await Get(next);
            everything.AddRange(page["value"]!.AsArray().Select(n => n!));
            next = (string?)page["nextLink"];
        }

        return everything;
    }

    public async Task Cancel(string id)
    {
        using var answer = await _client.PostAsync($"jobs/{id}:cancel", content: null);
        Assert.True(answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.Conflict, $"cancel {id}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    /// <summary>Waits until the job is in one of these phases.</summary>
    public Task<JsonNode> Until(string id, TimeSpan deadline, params string[] phases) =>
        Eventually.Get(() => Job(id), job => phases.Contains((string)job["phase"]!), deadline, $"job {id} is {string.Join(" or ", phases)}");

    public void Dispose() => _client.Dispose();
}
