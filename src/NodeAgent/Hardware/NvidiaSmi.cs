using System.ComponentModel;
using System.Diagnostics;

namespace NodeAgent.Hardware;

/// <summary>Asks NVIDIA's tool for the GPUs' serial numbers. It may hang where a GPU is broken: it gets a deadline, and is not asked again while it hangs.</summary>
internal sealed class NvidiaSmi(string command, TimeSpan deadline, TimeProvider time) : IDisposable
{
    private const int MostCharacters = 64 * 1024;

    private Process? _hanging;

    /// <summary>In order, with commas between; null: not all of them are known.</summary>
    public async Task<string?> Serials(CancellationToken cancellationToken)
    {
        if (_hanging is { HasExited: false })
        {
            return null;
        }

        _hanging?.Dispose();
        _hanging = null;
        var start = new ProcessStartInfo(command, ["--query-gpu=serial", "--format=csv,noheader"]) { RedirectStandardOutput = true, UseShellExecute = false, CreateNoWindow = true };
        Process? process;
        try
        {
            process = Process.Start(start);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException)
        {
            return null;
        }

        return process is null ? null : await Answer(process, cancellationToken);
    }

    public void Dispose() => _hanging?.Dispose();

    /// <summary>Serial numbers from what the tool printed; null: there is none, or one is not known ("[N/A]" where the board has none, "[Unknown Error]" where it is lost).</summary>
    internal static string? Parse(string printed)
    {
        var serials = printed.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return serials.Length == 0 || serials.Any(s => !s.All(char.IsAsciiLetterOrDigit)) ? null : string.Join(',', serials.Order(StringComparer.Ordinal));
    }

    private async Task<string?> Answer(Process process, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            var printed = new char[MostCharacters];
            var length = await process.StandardOutput.ReadBlockAsync(printed, either.Token);
            if (length == MostCharacters)
            {
                return null;
            }

            await process.WaitForExitAsync(either.Token);
            return process.ExitCode == 0 ? Parse(new string(printed, 0, length)) : null;
        }
        catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
        finally
        {
            Leave(process);
        }
    }

    /// <summary>One that waits for a broken GPU in the kernel does not go when it is killed.</summary>
    private void Leave(Process process)
    {
        if (process.HasExited)
        {
            process.Dispose();
            return;
        }

        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or AggregateException)
        {
            // It has gone by itself, or is not to be had: either is seen when it is asked for the next time.
        }

        _hanging = process;
    }
}
