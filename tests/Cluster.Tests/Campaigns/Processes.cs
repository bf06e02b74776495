using System.Net;
using System.Net.Sockets;
using Silo.Tests.Support;

namespace Cluster.Tests.Campaigns;

/// <summary>Silos and gateways as processes on this machine's loopback, without certificates: for what is asked of one or two of them.</summary>
internal static class Processes
{
    /// <summary>What those of one cluster are set to.</summary>
    public static async Task<string[]> OverPostgres(PostgresServer database)
    {
        await database.Started();
        return ["--Silo:Clustering=Postgres", "--Silo:Storage=Postgres", $"--Silo:Postgres:ConnectionString={database.ConnectionString}", $"--Silo:Postgres:Schema={database.NewSchema()}"];
    }

    public static string[] OverAzure(string connectionFile, string name) =>
    [
        "--Silo:Clustering=Azure", "--Silo:Storage=Azure", $"--Silo:Azure:ConnectionStringFile={connectionFile}", $"--Silo:Azure:Container={name}", $"--Silo:Azure:Table={name}",
    ];

    public static Node Silo(string name, string[] settings) => Silo(name, Built.Silo, settings, []);

    /// <summary>A silo that hangs as soon as the file says so.</summary>
    public static Node SiloThatCanHang(string file, int gatewayPort, string[] settings) =>
        Silo("silo", Built.Gateway, [.. settings, $"--Silo:GatewayPort={gatewayPort}"], new() { ["WEDGE"] = file });

    public static Node Gateway(string name, EffectSink sink, string[] settings)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort()}");
        return new Node(
            name, ["dotnet", Built.Gateway, "--urls", address.ToString().TrimEnd('/'), "--hollow", "synthetic:8x8", "--Gateway:Silo=Remote", "--Gateway:ClientTimeout=00:00:11", .. settings, Quiet],
            address, new Dictionary<string, string> { ["SINK"] = sink.Address.ToString() });
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private const string Quiet = "--Logging:LogLevel:Orleans=Error";

    private static Node Silo(string name, string program, string[] settings, Dictionary<string, string> environment)
    {
        var probe = new Uri($"http://127.0.0.1:{FreePort()}");
        string[] command =
        [
            "dotnet", program, $"--urls={probe.ToString().TrimEnd('/')}", "--Silo:Address=127.0.0.1", $"--Silo:SiloPort={FreePort()}", $"--Silo:GatewayPort={FreePort()}", Quiet, .. settings,
        ];
        return new Node(name, command, probe, environment);
    }
}
