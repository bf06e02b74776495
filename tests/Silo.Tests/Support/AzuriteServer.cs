using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Silo.Tests.Support;

/// <summary>Azurite, the emulator of Azure Storage, on free ports of this machine and with nothing on disk; started by the first test that asks.</summary>
public sealed partial class AzuriteServer : IAsyncDisposable
{
    // The account and the key that every Azurite has; they open nothing else.
    private const string Account = "devstoreaccount1";
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly SemaphoreSlim _starting = new(1);
    private Process? _process;
    private string? _connection;
    private int _containers;

    /// <summary>Once started: for the clients of its services.</summary>
    public string ConnectionString => _connection ?? throw new InvalidOperationException("start it first");

    /// <summary>A name that nobody has used, of a container and of a table.</summary>
    public string NewName() => $"t{Environment.ProcessId}x{Interlocked.Increment(ref _containers)}";

    public async Task<AzuriteServer> Started()
    {
        await _starting.WaitAsync();
        try
        {
            if (_process is null)
                await Start();
        }
        finally
        {
            _starting.Release();
        }

        return this;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _starting.Dispose();
    }

    private async Task Start()
    {
        var script = await Program();
        string[] arguments =
        [
            script, "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent", "--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1",
            "--blobPort", "0", "--queuePort", "0", "--tablePort", "0",
        ];
        _process = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        var ports = new Dictionary<string, string>();
        while (ports.Count < 3)
        {
            var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"Azurite ended by itself: node {script}");
            if (Listening().Match(line) is { Success: true } match)
                ports[match.Groups[1].Value] = match.Groups[2].Value;
        }

        _ = _process.StandardOutput.ReadToEndAsync();
        _connection = $"DefaultEndpointsProtocol=http;AccountName={Account};AccountKey={Key};"
            + $"BlobEndpoint=http://127.0.0.1:{ports["Blob"]}/{Account};TableEndpoint=http://127.0.0.1:{ports["Table"]}/{Account};";
    }

    private static async Task<string> Program([CallerFilePath] string here = "")
    {
        var script = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "build", "azurite.sh");
        using var process = Process.Start(new ProcessStartInfo("bash", [script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output.Trim().Split('\n')[^1] : throw new InvalidOperationException($"Azurite cannot be had: {await errors}");
    }

    [GeneratedRegex(@"Azurite (\w+) service is successfully listening at http://127\.0\.0\.1:(\d+)")]
    private static partial Regex Listening();
}
