using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Benchmarks.EndToEnd;

namespace Benchmarks.Cluster;

/// <summary>Silos, gateways and a database as build/cluster.sh starts them. Calls go to the gateways in turn.</summary>
internal sealed class ClusterUnderTest : IServed, IAsyncDisposable
{
    private static readonly TimeSpan UpWithin = TimeSpan.FromMinutes(4);

    private readonly string _root;
    private readonly string[] _options;
    private readonly int _port = FreePort();
    private readonly Turns _turns;
    private readonly Dictionary<string, int> _processes = [];
    private Process? _script;

    private ClusterUnderTest(string root, int silos, int gateways, string inventory, string data)
    {
        _root = root;
        Data = data;
        _options =
        [
            "--no-build", "--silos", Text(silos), "--gateways", Text(gateways), "--hollow", inventory, "--data", data, "--port", Text(_port),
        ];
        _turns = new Turns(_port, gateways);
        Http = new HttpClient(_turns) { BaseAddress = new Uri("http://gateways/api/v1/"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public string Data { get; }

    public HttpClient Http { get; }

    public static async Task<ClusterUnderTest> Start(string root, int silos, int gateways, string inventory)
    {
        var cluster = new ClusterUnderTest(root, silos, gateways, inventory, Directory.CreateTempSubdirectory("sched-bench-cluster-").FullName);
        await cluster.Run();
        return cluster;
    }

    public async Task<JsonElement> Get(string path)
    {
        using var answer = await Http.GetAsync(path);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
        return document.RootElement.Clone();
    }

    /// <summary>User and system time of all processes of a kind ("silo", "gateway", "postgres") and of their children, so far.</summary>
    public TimeSpan Cpu(string kind) => Of(kind).Aggregate(TimeSpan.Zero, (sum, pid) => sum + CpuOf(pid));

    /// <summary>Resident memory of all processes of a kind, MiB.</summary>
    public long MemoryMiB(string kind) => Of(kind).Sum(pid => Process.GetProcessById(pid).WorkingSet64 >> 20);

    /// <summary>kill -9 of everything.</summary>
    public async Task KillAll()
    {
        foreach (var pid in Of("gateway").Concat(Of("silo")).Concat(Children(_processes["postgres"])).Append(_processes["postgres"]).ToList())
        {
            try
            {
                Process.GetProcessById(pid).Kill();
            }
            catch (ArgumentException)
            {
                // It went with another.
            }
        }

        await _script!.WaitForExitAsync();
        File.Delete(Path.Combine(Data, "postmaster.pid"));
    }

    /// <summary>Until every process is ready.</summary>
    public async Task Run()
    {
        _processes.Clear();
        var info = new ProcessStartInfo(Path.Combine(_root, "build/cluster.sh"), _options) { RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["Logging__LogLevel__Default"] = "Warning";
        _script = Process.Start(info)!;
        _script.ErrorDataReceived += static (_, e) =>
        {
            if (e.Data is { Length: > 0 } line)
                Console.Error.WriteLine(line);
        };
        _script.BeginErrorReadLine();
        using var deadline = new CancellationTokenSource(UpWithin);
        while (await _script.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, "process", var pid, ..])
                _processes[name] = int.Parse(pid, CultureInfo.InvariantCulture);
            if (line.StartsWith("Ctrl-C", StringComparison.Ordinal))
                return;
        }

        throw new InvalidOperationException("build/cluster.sh did not bring the cluster up");
    }

    public async ValueTask DisposeAsync()
    {
        if (_script is { HasExited: false } script)
        {
            using (var kill = Process.Start("kill", ["-TERM", Text(script.Id)]))
                await kill.WaitForExitAsync();
            await script.WaitForExitAsync();
        }

        Http.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private IEnumerable<int> Of(string kind) => _processes.Where(p => p.Key.StartsWith(kind, StringComparison.Ordinal)).Select(p => p.Value);

    private static IEnumerable<int> Children(int pid)
    {
        var file = $"/proc/{pid}/task/{pid}/children";
        return File.Exists(file) ? File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => int.Parse(c, CultureInfo.InvariantCulture)) : [];
    }

    /// <summary>With what ended children used.</summary>
    private static TimeSpan CpuOf(int pid)
    {
        const int ticksPerSecond = 100;
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var ticks = fields[11..15].Sum(f => long.Parse(f, CultureInfo.InvariantCulture));
            return TimeSpan.FromSeconds((double)ticks / ticksPerSecond) + Children(pid).Aggregate(TimeSpan.Zero, (sum, child) => sum + CpuOf(child));
        }
        catch (IOException)
        {
            return TimeSpan.Zero;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Every call to the next gateway.</summary>
    private sealed class Turns(int firstPort, int gateways) : DelegatingHandler(new SocketsHttpHandler { MaxConnectionsPerServer = 512 })
    {
        private int _next;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var port = firstPort + (int)((uint)Interlocked.Increment(ref _next) % gateways);
            request.RequestUri = new UriBuilder(request.RequestUri!) { Host = "127.0.0.1", Port = port }.Uri;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
