using System.Diagnostics;
using System.Globalization;

namespace Cluster.Tests.Campaigns;

/// <summary>A silo or a gateway as its own process, which can be started again after it ended.</summary>
internal sealed class Node(string name, string[] command, Uri probe, IReadOnlyDictionary<string, string> environment) : IAsyncDisposable
{
    private const int KeptLines = 400;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);

    private readonly Queue<string> _output = new();

    /// <summary>Everything that it prints, beside when, in a file of the folder CAMPAIGN_LOGS, to look at afterwards.</summary>
    private readonly string? _log = Environment.GetEnvironmentVariable("CAMPAIGN_LOGS") is { Length: > 0 } folder
        ? Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name.Replace(':', '-')}.log")
        : null;

    private Process? _process;

    public string Name => name;

    public Uri Address => probe;

    public int Id => _process!.Id;

    public bool HasExited => _process is not { HasExited: false };

    /// <summary>The newest lines that it printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    public void Start()
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => KillQuietly(process);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    public async Task UntilReady()
    {
        using var client = new HttpClient { BaseAddress = probe, Timeout = TimeSpan.FromSeconds(5) };
        await SchedulerCluster.Until(
            async () =>
            {
                Assert.False(HasExited, $"{name} ended while it was waited for:\n{Output}");
                return await Status(client, "/healthz/ready") == 200;
            },
            () => $"{name} is ready within {ReadyWithin.TotalSeconds} s\n{Output}");
    }

    /// <summary>What the probe answers; 0: nothing.</summary>
    public async Task<int> Probe(string path)
    {
        using var client = new HttpClient { BaseAddress = probe, Timeout = TimeSpan.FromSeconds(2) };
        return await Status(client, path);
    }

    /// <summary>kill -9.</summary>
    public async Task Kill()
    {
        if (_process is { } process)
        {
            KillQuietly(process);
            await process.WaitForExitAsync();
        }
    }

    /// <summary>SIGTERM, SIGSTOP, SIGCONT.</summary>
    public Task Signal(string signal) => Shell.Do("kill", $"-{signal}", Id.ToString(CultureInfo.InvariantCulture));

    public async Task<int> ExitCode(TimeSpan within)
    {
        await _process!.WaitForExitAsync(CancellationToken.None).WaitAsync(within);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await Kill();
        _process?.Dispose();
    }

    private static async Task<int> Status(HttpClient client, string path)
    {
        try
        {
            using var answer = await client.GetAsync(path);
            return (int)answer.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return 0;
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
            // It has ended.
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            if (_log is not null)
            {
                File.AppendAllText(_log, line + '\n');
            }

            _output.Enqueue(line.Length < 500 ? line : line[..500]);
            if (_output.Count > KeptLines)
            {
                _output.Dequeue();
            }
        }
    }
}
