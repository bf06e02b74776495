using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Benchmarks.EndToEnd;

/// <summary>The real gateway process, as build/publish.sh makes it, in a scratch folder, on a free loopback port.</summary>
internal sealed class ServerUnderTest : IServed, IAsyncDisposable
{
    private readonly string _dll;
    private readonly string _inventory;
    private Process _process = null!;

    private ServerUnderTest(string dll, string inventory, string data)
    {
        _dll = dll;
        _inventory = inventory;
        Data = data;
        Url = $"http://127.0.0.1:{FreePort()}";
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 512 }) { BaseAddress = new Uri(Url + "/api/v1/"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public string Data { get; }

    public string Url { get; }

    public HttpClient Http { get; }

    /// <summary>User and system time of the server so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Resident memory of the server, MiB.</summary>
    public long MemoryMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 >> 20;
        }
    }

    public static async Task<ServerUnderTest> Start(string root, string inventory)
    {
        var dll = Path.Combine(root, "artifacts/gateway/Orleans.Scheduler.Gateway.dll");
        if (!File.Exists(dll))
            throw new InvalidOperationException($"{dll} is not there: build/publish.sh");
        var server = new ServerUnderTest(dll, inventory, Directory.CreateTempSubdirectory("sched-bench-").FullName);
        await server.Run();
        return server;
    }

    /// <summary>Ends the process at once, as a crash would, and starts another on the same data. Answers how long until it was ready.</summary>
    public async Task<TimeSpan> KillAndRestart()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        var clock = Stopwatch.StartNew();
        await Run();
        return clock.Elapsed;
    }

    public async Task<JsonElement> Get(string path)
    {
        using var answer = await Http.GetAsync(path);
        answer.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStreamAsync());
        return document.RootElement.Clone();
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Http.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private async Task Run()
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { _dll, "--data", Data, "--urls", Url, "--hollow", _inventory })
            info.ArgumentList.Add(argument);
        info.Environment["Logging__LogLevel__Default"] = "Warning";
        _process = Process.Start(info)!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.ErrorDataReceived += static (_, e) =>
        {
            if (e.Data is { Length: > 0 } line)
                Console.Error.WriteLine(line);
        };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        var deadline = Stopwatch.StartNew();
        while (!await IsReady())
        {
            if (_process.HasExited || deadline.Elapsed > TimeSpan.FromMinutes(5))
                throw new InvalidOperationException("the server did not become ready");
            await Task.Delay(20);
        }
    }

    private async Task<bool> IsReady()
    {
        try
        {
            using var ready = await Http.GetAsync(Url + "/healthz/ready");
            if (!ready.IsSuccessStatusCode)
                return false;
            var pools = (await Get("pools")).GetProperty("value");
            return pools.GetArrayLength() > 0 && pools[0].GetProperty("nodes").GetInt32() >= ExpectedNodes(_inventory);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int ExpectedNodes(string inventory) =>
        inventory.StartsWith("synthetic:", StringComparison.Ordinal) ? int.Parse(inventory[10..].Split('x')[0]) : File.ReadLines(inventory).Count() - 1;

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
