using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using KubeKit;

namespace Benchmarks.Kubernetes;

/// <summary>A process that binds pods: the bare binder, or the gateway.</summary>
internal sealed class Contender : IAsyncDisposable
{
    /// <summary>Who leads gives its lease up when it is told to end: otherwise the next to start waits until the lease is over.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(20);

    /// <summary>What deploy/kubernetes sets for the runtime.</summary>
    private static readonly (string Name, string Value)[] AsDeployed = [("DOTNET_GCgen0size", "0x6000000")];

    private readonly Process _process;
    private readonly string? _folder;
    private readonly List<string> _output = [];
    private readonly TaskCompletionSource _firstLine = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isOver;

    private Contender(Process process, string? folder)
    {
        (_process, _folder) = (process, folder);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>User and system time so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public long MemoryMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 >> 20;
        }
    }

    /// <summary>What it printed last.</summary>
    public string Tail
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output.TakeLast(15));
            }
        }
    }

    public static async Task<Contender> Bare(BenchCluster cluster, int atOnce)
    {
        var server = cluster.Server;
        string[] arguments =
        [
            Environment.GetCommandLineArgs()[0], "kubernetes-bare", server.Address.ToString(), server.Certificates.AuthorityFile, cluster.User.Token,
            BenchCluster.Space, BenchCluster.Scheduler, atOnce.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ];
        var contender = new Contender(Start("dotnet", arguments), null);
        await contender._firstLine.Task;
        return contender;
    }

    /// <summary>The gateway as it is deployed (build/publish.sh --whole): a process with its own database on disk.</summary>
    public static async Task<Contender> Product(BenchCluster cluster, IEnumerable<string> settings)
    {
        var program = Path.Combine(KubeBinaries.Root, "artifacts/gateway-whole/Orleans.Scheduler.Gateway");
        if (!File.Exists(program))
        {
            throw new InvalidOperationException($"{program} is not there: build/publish.sh --whole");
        }

        var folder = Directory.CreateTempSubdirectory("orleans-scheduler-bench-").FullName;
        var address = $"http://127.0.0.1:{FreePort()}";
        var contender = new Contender(Start(program, ["--urls", address, "--data", Path.Combine(folder, "data"), .. settings], AsDeployed), folder);
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        while (!await IsReady(client))
        {
            if (contender._process.HasExited)
            {
                throw new InvalidOperationException($"The gateway ended:\n{contender.Tail}");
            }

            await Task.Delay(20);
        }

        return contender;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOver)
        {
            return;
        }

        _isOver = true;
        if (_folder is not null)
        {
            await End();
        }

        Kill(_process);
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    private async Task End()
    {
        using (var signal = Process.Start("kill", ["-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await signal.WaitForExitAsync();
        }

        await _process.WaitForExitAsync().WaitAsync(EndsWithin).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<bool> IsReady(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync("/healthz/ready");
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static Process Start(string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment.TryAdd(name, value);
        }

        var process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill(process);
        return process;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended and been let go of.
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            if (line is not null)
            {
                _output.Add(line);
                _firstLine.TrySetResult();
            }
        }
    }
}
