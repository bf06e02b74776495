using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EndToEnd.Tests.Support;

/// <summary>A gateway as users run it: its own process, on a port and a data folder. Whatever happens, it does not outlive the test.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private const int LongestLine = 400;

    /// <summary>Far longer than it takes: how fast it starts is measured, and a machine that others use too is no fault of it.</summary>
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(4);

    private readonly StringBuilder _output = new();
    private readonly List<string> _errors = [];
    private readonly Process _process;
    private readonly long _started = Stopwatch.GetTimestamp();
    private bool _isDisposed;

    private GatewayProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data, _errors);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    /// <summary>Everything it printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>The lines on stderr.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_output)
            {
                return [.. _errors];
            }
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>From the start of the process until it was ready; zero before.</summary>
    public TimeSpan ReadyAfter { get; private set; }

    public static Uri FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    /// <summary>Starts it and does not wait.</summary>
    public static GatewayProcess Launch(Uri address, string data, string hollow, params string[] options)
    {
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.FileName = "dotnet";
        foreach (var argument in new[] { Built.Gateway, "--urls", address.ToString().TrimEnd('/'), "--data", data, "--hollow", hollow }.Concat(options))
        {
            start.ArgumentList.Add(argument);
        }

        start.WorkingDirectory = Path.GetDirectoryName(data)!;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => KillQuietly(process);
        return new GatewayProcess(process, address);
    }

    /// <summary>Starts it and waits until it is ready and has the whole inventory.</summary>
    public static async Task<GatewayProcess> Start(Uri address, string data, string hollow, params string[] options)
    {
        var gateway = Launch(address, data, hollow, options);
        try
        {
            await gateway.UntilReady();
            var nodes = File.ReadLines(hollow).Count() - 1;
            using var api = new Api(address);
            await Eventually.Get(() => api.NodesIn("openb"), known => known == nodes, ReadyWithin, $"the pool has its {nodes} nodes");
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    public async Task UntilReady()
    {
        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.True(
            async () =>
            {
                Assert.False(HasExited, $"The gateway ended while it was waited for:\n{Output}");
                return await IsReady(client);
            },
            ReadyWithin,
            "the gateway is ready");
        ReadyAfter = Stopwatch.GetElapsedTime(_started);
    }

    /// <summary>Stops every thread of it where it is, and lets them go on after a while: all its clocks jump.</summary>
    public async Task Freeze(TimeSpan span)
    {
        await Signal("STOP");
        await Task.Delay(span);
        await Signal("CONT");
    }

    /// <summary>kill -9.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM; the exit code, or a failure after <paramref name="deadline"/>.</summary>
    public async Task<int> Terminate(TimeSpan deadline)
    {
        await Signal("TERM");
        return await ExitCode(deadline);
    }

    public async Task<int> ExitCode(TimeSpan deadline)
    {
        using var limit = new CancellationTokenSource(deadline);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The gateway did not end within {deadline.TotalSeconds:0} s:\n{Output}");
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_process.HasExited)
        {
            await Kill();
        }

        _process.Dispose();
    }

    private async Task Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static async Task<bool> IsReady(HttpClient client)
    {
        try
        {
            using var answer = await client.GetAsync("/healthz/ready");
            return answer.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private static void KillQuietly(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended, or the test has let go of it.
        }
    }

    private void Keep(string? line, List<string>? also = null)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.AppendLine(line.Length <= LongestLine ? line : line[..LongestLine] + " …");
                also?.Add(line);
            }
        }
    }
}
