using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace KubeTests.Support;

/// <summary>The gateway as its own process, to be killed.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private GatewayProcess(Process process, Uri address)
    {
        (_process, Api) = (process, new GatewayApi(address));
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public GatewayApi Api { get; }

    public static async Task<GatewayProcess> Start(string data, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var process = Launch(data, settings);
        await Eventually.Get(process.Api.IsReady, yes => yes || process._process.HasExited, "the gateway is ready");
        Assert.False(process._process.HasExited, process._output.ToString());
        return process;
    }

    /// <summary>It has only just begun.</summary>
    public static GatewayProcess Launch(string data, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var address = FreeAddress();
        var start = new ProcessStartInfo("dotnet", [Program(), "--urls", address.ToString().TrimEnd('/'), "--data", data, .. settings.Select(s => $"--{s.Key}={s.Value}")])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = data,
        };
        var process = new GatewayProcess(Process.Start(start)!, address);
        AppDomain.CurrentDomain.ProcessExit += process.OnExit;
        return process;
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }

    public ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Kill();
        _process.Dispose();
        Api.Dispose();
        return ValueTask.CompletedTask;
    }

    private void OnExit(object? sender, EventArgs e) => Kill();

    /// <summary>Built beside this one, in the same configuration: …/tests/Kubernetes.Tests/bin/Release/net10.0/ → …/src/Gateway/bin/Release/net10.0/</summary>
    private static string Program()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Orleans.Scheduler.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("These tests run inside the repository.");
        }

        return Path.Combine(folder.FullName, "src/Gateway", Path.GetRelativePath(Path.Combine(folder.FullName, "tests/Kubernetes.Tests"), AppContext.BaseDirectory), "Orleans.Scheduler.Gateway.dll");
    }

    private static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}
