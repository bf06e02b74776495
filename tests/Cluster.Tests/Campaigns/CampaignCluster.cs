using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Grains.Pools;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Silo;
using Silo.Tests.Support;

namespace Cluster.Tests.Campaigns;

/// <summary>Silos and gateways as processes over PostgreSQL, with TLS between all of them, each silo in a network namespace where there can be some.</summary>
internal sealed class CampaignCluster : IAsyncDisposable
{
    public const string Pool = "openb";
    public const int Gpus = 64 * 8;

    private const string Inventory = "synthetic:64x8";

    /// <summary>What Orleans says of a silo that it lost fills pages.</summary>
    private static readonly string OrleansLog = $"--Logging:LogLevel:Orleans={Environment.GetEnvironmentVariable("CAMPAIGN_ORLEANS") ?? "Error"}";
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(11);

    private readonly List<IAsyncDisposable> _owned = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("cluster-campaign-").FullName;
    private readonly string[] _shared;
    private string? _wallClock;
    private IHost? _client;

    private CampaignCluster(PostgresServer database, Network? network, EffectSink sink)
    {
        (Database, Network, Sink) = (database, network, sink);
        var host = network?.Database ?? "127.0.0.1";
        _shared =
        [
            "--Silo:Clustering=Postgres", "--Silo:Storage=Postgres",
            $"--Silo:Postgres:ConnectionString=Host={host};Port={database.Port};Database=postgres;Username=postgres;GSS Encryption Mode=Disable",
            $"--Silo:Postgres:Schema={database.NewSchema()}", $"--Silo:Tls:AuthorityFile={_folder}/authority.crt",
        ];
    }

    public PostgresServer Database { get; }

    /// <summary>Null where nobody can be cut off.</summary>
    public Network? Network { get; }

    public EffectSink Sink { get; }

    public List<Node> Silos { get; } = [];

    /// <summary>Of each silo; they can be set where there is a C compiler.</summary>
    public List<WallClock> Clocks { get; } = [];

    public bool ClocksCanBeSet => _wallClock is not null;

    public List<Node> Gateways { get; } = [];

    public IClusterClient Client => _client!.Services.GetRequiredService<IClusterClient>();

    public static async Task<CampaignCluster> Start(PostgresServer database, int silos, int gateways, Network? network)
    {
        database.ListenAlso ??= network?.Database;
        await database.Started();
        var cluster = new CampaignCluster(database, network, await EffectSink.Start());
        try
        {
            await Shell.Do(Built.Script("cluster-certificates.sh"), cluster._folder, "silo", "gateway");
            cluster._wallClock = await WallClock.TryCompile(cluster._folder);
            for (var i = 0; i < silos; i++)
            {
                await cluster.AddSilo(i);
            }

            for (var i = 0; i < gateways; i++)
            {
                cluster.AddGateway();
            }

            await Task.WhenAll(cluster.Gateways.Select(g => g.UntilReady()));
            await cluster.Connect();
            await SchedulerCluster.Until(async () => (await cluster.Client.GetGrain<IPoolGrain>(Pool).GetView()).GpuMilliTotal == Gpus * 1000L, () => "the pool has its nodes");
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
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

    /// <summary>What a client with this certificate is set to.</summary>
    public string[] Settings(string certificate) => [.. _shared, .. Certificate(certificate)];

    /// <summary>With a gateway's certificate of another authority, which names itself as ours does.</summary>
    public async Task<string[]> StrangersSettings()
    {
        var folder = Path.Combine(_folder, "strangers");
        await Shell.Do(Built.Script("cluster-certificates.sh"), folder, "gateway");
        return [.. _shared, $"--Silo:Tls:CertificateFile={folder}/gateway.crt", $"--Silo:Tls:KeyFile={folder}/gateway.key"];
    }

    public string[] SettingsWithoutTls() => [.. _shared.Where(s => !s.StartsWith("--Silo:Tls", StringComparison.Ordinal))];

    public int NumberOf(Node silo) => Silos.IndexOf(silo);

    public async ValueTask DisposeAsync()
    {
        if (_client is { } client)
        {
            await client.StopAsync(new CancellationToken(canceled: true));
            client.Dispose();
        }

        foreach (var node in Gateways.Concat(Silos))
        {
            await node.DisposeAsync();
        }

        foreach (var owned in _owned)
        {
            await owned.DisposeAsync();
        }

        await Sink.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AddSilo(int number)
    {
        // One port for each, whatever its address: by it a silo is known.
        var (port, gatewayPort) = (FreePort(), FreePort());
        var address = "127.0.0.1";
        string[] prefix = [];
        if (Network is not null)
        {
            await Network.AddSpace(number);
            address = Network.Address(number);
            prefix = ["ip", "netns", "exec", Network.Space(number)];
        }

        var probe = new Uri($"http://{address}:{FreePort()}");
        string[] command =
        [
            .. prefix, "dotnet", Built.Silo, $"--urls={probe.ToString().TrimEnd('/')}", .. _shared, .. Certificate("silo"), $"--Silo:Address={address}",
            $"--Silo:SiloPort={port}", $"--Silo:GatewayPort={gatewayPort}", "--Pools:HoldLease=00:00:10", OrleansLog,
        ];
        var clock = new WallClock(Path.Combine(_folder, $"clock-{number}"), _wallClock);
        clock.Set(TimeSpan.Zero);
        Clocks.Add(clock);
        var silo = new Node($"silo-{number}:{port}", command, probe, clock.Environment);
        Silos.Add(silo);
        silo.Start();
        await silo.UntilReady();
    }

    private void AddGateway()
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        string[] command =
        [
            "dotnet", Built.Gateway, "--urls", address.ToString().TrimEnd('/'), "--hollow", Inventory, "--Gateway:Silo=Remote", "--Gateway:ClientTimeout=00:00:11",
            .. _shared, .. Certificate("gateway"), OrleansLog,
        ];
        var gateway = new Node($"gateway-{Gateways.Count}", command, address, new Dictionary<string, string> { ["SINK"] = Sink.Address.ToString() });
        Gateways.Add(gateway);
        gateway.Start();
    }

    private string[] Certificate(string name) => [$"--Silo:Tls:CertificateFile={_folder}/{name}.crt", $"--Silo:Tls:KeyFile={_folder}/{name}.key"];

    /// <summary>This process looks in as a gateway does.</summary>
    private async Task Connect()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddCommandLine(Settings("gateway"));
        builder.Logging.ClearProviders();
        builder.AddSchedulerClient(ClientTimeout);
        _client = builder.Build();
        await _client.StartAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
