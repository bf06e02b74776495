using System.Diagnostics;
using EndToEnd.Tests.Support;

namespace EndToEnd.Tests;

/// <summary>The commands that the README promises.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_replays_a_slice_and_says_that_nothing_was_lost()
    {
        var (code, output) = await Run("--demo", "--limit", "200", "--no-build");

        Assert.True(code == 0, $"exit code {code}:\n{output}");
        Assert.Contains("200", output, StringComparison.Ordinal);
        Assert.Matches("Invariants: +[1-9][0-9,]* checked, 0 failed", output);
    }

    [Theory]
    [InlineData("--nonsense", "unknown option '--nonsense'")]
    [InlineData("--port", "--port wants a value")]
    public async Task A_wrong_option_is_said_in_one_line(string option, string message)
    {
        var (code, output) = await Run(option);

        Assert.Equal(1, code);
        Assert.Contains(message, Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_in_use_is_said_in_one_line()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;

        var (code, output) = await Run("--port", $"{port}");

        Assert.Equal(1, code);
        Assert.Contains($"port {port} is in use", Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> Run(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.Environment["CONFIGURATION"] = Built.Configuration;
        foreach (var argument in arguments.Prepend(Path.Combine(Built.Root, "build/run.sh")))
        {
            start.ArgumentList.Add(argument);
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(4));
        using var script = Process.Start(start)!;
        try
        {
            var output = script.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = script.StandardError.ReadToEndAsync(deadline.Token);
            await script.WaitForExitAsync(deadline.Token);
            return (script.ExitCode, await output + await errors);
        }
        finally
        {
            if (!script.HasExited)
            {
                script.Kill(entireProcessTree: true);
            }
        }
    }
}
