using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Gateway.Hosting;
using KubeKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace KubeTests.Support;

/// <summary>The real server in this process, with its own storage, over clusters that are real as far as their API servers are.</summary>
internal sealed class GatewayUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _data;
    private readonly HttpClient _http;

    private GatewayUnderTest(WebApplication app, string data)
    {
        (_app, _data) = (app, data);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        _http = new HttpClient { BaseAddress = new Uri(address) };
    }

    public IServiceProvider Services => _app.Services;

    public static async Task<GatewayUnderTest> Start(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var data = Directory.CreateTempSubdirectory("orleans-scheduler-kube-gateway-").FullName;
        var all = new Dictionary<string, string?>(settings, StringComparer.OrdinalIgnoreCase) { ["urls"] = "http://127.0.0.1:0", ["Logging:Console:LogLevel:Default"] = "Warning" };
        var line = new CommandLine { Data = data, Settings = all };
        var app = GatewayApp.Build(line, builder => ClusterComposition.Add(builder, line));
        await ClusterComposition.Check(app.Services, CancellationToken.None);
        await app.StartAsync();
        return new GatewayUnderTest(app, data);
    }

    /// <summary>What a cluster's entry says in these tests: only these nodes, names and leases of its own.</summary>
    public static Dictionary<string, string?> Cluster(KubeServer server, string space, string pool, int index = 0, params (string Key, string Value)[] more)
    {
        var at = string.Create(CultureInfo.InvariantCulture, $"Kubernetes:Clusters:{index}:");
        var settings = new Dictionary<string, string?>
        {
            [at + "Name"] = pool + "-cluster",
            [at + "Api:KubeConfig"] = server.Kubeconfig(),
            [at + "SchedulerNames:0"] = space,
            [at + "Namespaces:local"] = space,
            [at + "Lease:Namespace"] = space,
            [at + "Nodes:Selector:agentpool"] = pool,
            [at + "Nodes:PoolPrefix"] = index == 0 ? "" : $"c{index}-",
            [at + "Backend:PollEvery"] = "00:00:00.500",
        };
        foreach (var (key, value) in more)
        {
            settings[at + key] = value;
        }

        return settings;
    }

    public static JsonObject Job(string pool, int workers, int gpus = 1, Action<JsonObject>? change = null)
    {
        var job = new JsonObject
        {
            ["name"] = "train",
            ["pool"] = pool,
            ["container"] = new JsonObject { ["image"] = "registry.example/train:1", ["command"] = new JsonArray("python", "train.py") },
            ["roles"] = new JsonArray(new JsonObject { ["name"] = "worker", ["count"] = workers, ["cpuMilli"] = 1000, ["memoryMiB"] = 1024, ["gpus"] = gpus }),
        };
        change?.Invoke(job);
        return job;
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

    public async Task<string> Text(string path) => await _http.GetStringAsync(path);

    public Task<JsonObject> Becomes(string id, string phase) => Eventually.Get(() => Get($"/api/v1/jobs/{id}"), j => (string?)j["phase"] == phase, $"job {id} is {phase}");

    /// <summary>The node of each worker, by rank, as the grains decided.</summary>
    public async Task<Dictionary<int, string>> Workers(string id) =>
        (await Get($"/api/v1/jobs/{id}/workers"))["value"]!.AsArray().ToDictionary(w => (int)w!["rank"]!, w => (string)w!["node"]!);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private static async Task<JsonObject> Read(HttpResponseMessage answer) => JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
}
