using System.Globalization;
using System.Net;
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

    private GatewayUnderTest(WebApplication app, string data)
    {
        (_app, _data) = (app, data);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Api = new GatewayApi(new Uri(address));
    }

    public GatewayApi Api { get; }

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

    public Task HasNodes(string pool, int nodes) => Api.HasNodes(pool, nodes);

    public Task<string> Submit(JsonObject job) => Api.Submit(job);

    public Task<(HttpStatusCode Status, JsonObject Body)> Post(string path, JsonObject body) => Api.Post(path, body);

    public Task<string> Text(string path) => Api.Text(path);

    public Task<JsonObject> Becomes(string id, string phase) => Api.Becomes(id, phase);

    public Task<Dictionary<int, string>> Workers(string id) => Api.Workers(id);

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
