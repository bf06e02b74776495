using System.Diagnostics;

namespace Cluster.Tests.Campaigns;

/// <summary>Runs the system's own programs.</summary>
internal static class Shell
{
    /// <summary>Whether it ended with 0.</summary>
    public static async Task<bool> Try(string program, params string[] arguments) => (await Run(program, arguments)).Code == 0;

    public static async Task Do(string program, params string[] arguments)
    {
        var (code, output) = await Run(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)}: {output}");
    }

    public static async Task<string> Read(string program, params string[] arguments) => (await Run(program, arguments)).Output;

    private static async Task<(int Code, string Output)> Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, $"{await output}{await errors}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, e.Message);
        }
    }
}
