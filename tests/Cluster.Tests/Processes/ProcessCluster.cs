using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Cluster.Tests.Campaigns;
using Grains.Pools;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Silo;

namespace Cluster.Tests.Processes;

/// <summary>Silos and a gateway as they are deployed, each its own process, over one store.</summary>
internal sealed class ProcessCluster : IAsyncDisposable
{
    public const string Pool = "openb";

    private const int Gpus = 8 * 8;
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(11);
    private static readonly string[] Quiet = ["--Logging:LogLevel:Orleans=Error", "--Pools:HoldLease=00:00:10"];

    private readonly string[] _settings;
    private readonly HttpClient _rest = new() { Timeout = TimeSpan.FromSeconds(10) };
    private IHost? _client;

    private ProcessCluster(string[] settings) => _settings = settings;

    public List<Node> Silos { get; } = [];

    public Node Gateway { get; private set; } = null!;

    public IClusterClient Client => _client!.Services.GetRequiredService<IClusterClient>();

    /// <param name="silos">How many.</param>
    /// <param name="store">Settings of silos and gateway.</param>
    public static async Task<ProcessCluster> Start(int silos, IEnumerable<string> store)
    {
        var cluster = new ProcessCluster([.. store, "--Silo:Address=127.0.0.1"]);
        try
        {
            for (var i = 0; i < silos; i++)
            {
                await cluster.AddSilo(i);
            }

            await cluster.AddGateway();
            await cluster.Connect();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The silo that hosts the pool now.</summary>
    public async Task<Node> SiloOfPool()
    {
        SiloAddress? at = null;
        await SchedulerCluster.Until(
            async () =>
            {
                try
                {
                    await Client.GetGrain<IPoolGrain>(Pool).GetView();
                    at = await Client.GetGrain<IManagementGrain>(0).GetActivationAddress(Client.GetGrain<IPoolGrain>(Pool)) is { } address ? address : null;
                    return at is not null;
                }
                catch (Exception e) when (e is TimeoutException or OrleansException)
                {
                    return false;
                }
            },
            () => "the pool is somewhere");
        return Silos.Single(s => s.Name.EndsWith($":{at!.Endpoint.Port}", StringComparison.Ordinal));
    }

    public Task UntilPoolHasItsNodes() => SchedulerCluster.Until(
        async () =>
        {
            try
            {
                return (await Client.GetGrain<IPoolGrain>(Pool).GetView()).GpuMilliTotal == Gpus * 1000L;
            }
            catch (Exception e) when (e is TimeoutException or OrleansException)
            {
                return false;
            }
        },
        () => $"the pool has its nodes\n{Gateway.Output}");

    /// <summary>Submits a job of one GPU for a second, again and again under one key until it is answered. Answers its id.</summary>
    public async Task<string> Submit(string key)
    {
        JsonNode? job = null;
        await SchedulerCluster.Until(
            async () => (job = await Send(HttpMethod.Post, "jobs", new JsonObject
            {
                ["name"] = key,
                ["roles"] = new JsonArray(new JsonObject { ["name"] = "w", ["count"] = 1, ["cpuMilli"] = 1000, ["memoryMiB"] = 100, ["gpus"] = 1 }),
                ["runForSeconds"] = 1,
            }, ("Idempotency-Key", key))) is not null,
            () => $"{key} is acknowledged\n{Gateway.Output}");
        return (string)job!["id"]!;
    }

    public Task UntilSucceeded(string job) => SchedulerCluster.Until(
        async () => (string?)(await Send(HttpMethod.Get, $"jobs/{job}", null))?["phase"] == "Succeeded", () => $"{job} has run to its end\n{Gateway.Output}");

    /// <summary>Null: there was no answer, or none that says yes.</summary>
    public async Task<JsonNode?> Send(HttpMethod method, string path, JsonNode? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Gateway.Address, "/api/v1/" + path)) { Content = body is null ? null : JsonContent.Create(body) };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        try
        {
            using var answer = await _rest.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();

            // A gateway learns of the pools a moment after they are there, and until then refuses jobs for any.
            var isNew = (int)answer.StatusCode == 422 && text.Contains("there are none yet", StringComparison.Ordinal);
            Assert.True(answer.IsSuccessStatusCode || isNew || (int)answer.StatusCode is >= 500 or 429, $"{method} {path}: {(int)answer.StatusCode} {text}");
            return answer.IsSuccessStatusCode ? JsonNode.Parse(text) : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is { } client)
        {
            await client.StopAsync(new CancellationToken(canceled: true));
            client.Dispose();
        }

        _rest.Dispose();
        if (Gateway is { } gateway)
        {
            await gateway.DisposeAsync();
        }

        foreach (var silo in Silos)
        {
            await silo.DisposeAsync();
        }
    }

    private async Task AddSilo(int number)
    {
        var (port, probe) = (FreePort(), new Uri($"http://127.0.0.1:{FreePort()}"));
        string[] command =
        [
            "dotnet", Built.Silo, $"--urls={probe.ToString().TrimEnd('/')}", .. _settings, .. Quiet, $"--Silo:Name=silo-{number}", $"--Silo:SiloPort={port}",
            $"--Silo:GatewayPort={FreePort()}", "--Silo:JsonLogs=true",
        ];
        var silo = new Node($"silo-{number}:{port}", command, probe, new Dictionary<string, string>());
        Silos.Add(silo);
        silo.Start();
        await silo.UntilReady();
    }

    private async Task AddGateway()
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        string[] command =
        [
            "dotnet", Built.PlainGateway, "--urls", address.ToString().TrimEnd('/'), "--hollow", "synthetic:8x8", "--Gateway:Silo=Remote", "--Gateway:ClientTimeout=00:00:11", .. _settings, .. Quiet,
        ];
        Gateway = new Node("gateway", command, address, new Dictionary<string, string>());
        Gateway.Start();
        await Gateway.UntilReady();
    }

    /// <summary>This process looks in as a gateway does.</summary>
    private async Task Connect()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddCommandLine(_settings);
        builder.Logging.ClearProviders();
        builder.AddSchedulerClient(ClientTimeout);
        _client = builder.Build();
        await _client.StartAsync();
    }
}
