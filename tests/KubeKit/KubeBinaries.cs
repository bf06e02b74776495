using System.Diagnostics;
using System.Globalization;

namespace KubeKit;

/// <summary>
/// Where the real kube-apiserver and etcd are: build/kube.sh puts them into the user's cache. <see cref="Variable"/> in the environment names another
/// folder that has both, of another version.
/// </summary>
public static class KubeBinaries
{
    /// <summary>The environment variable.</summary>
    public const string Variable = "KUBE_SERVER";

    private static readonly Lazy<int> FoundMinor = new(FindMinor);
    private static readonly Lazy<(string? Folder, string Reason)> Found = new(Find);

    /// <summary>Why there is no API server; null when there is one.</summary>
    public static string? WhyMissing => Found.Value.Folder is null ? Found.Value.Reason : null;

    public static string ApiServer => Path.Combine(Folder, "kube-apiserver");

    /// <summary>Of the server's version 1.MINOR.</summary>
    public static int Minor => FoundMinor.Value;

    public static string Etcd => Path.Combine(Folder, "etcd");

    /// <summary>The root of the repository that the running program was built in.</summary>
    public static string Root { get; } = FindRoot();

    private static string Folder => Found.Value.Folder ?? throw new InvalidOperationException(Found.Value.Reason);

    private static (string? Folder, string Reason) Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } other)
        {
            return (other, "");
        }

        using var script = Process.Start(new ProcessStartInfo("bash", [Path.Combine(Root, "build/kube.sh"), "--where"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var folder = script.StandardOutput.ReadToEnd().Trim();
        var reason = script.StandardError.ReadToEnd().Trim();
        script.WaitForExit();
        return script.ExitCode == 0 ? (folder, "") : (null, reason);
    }

    private static int FindMinor()
    {
        using var server = Process.Start(new ProcessStartInfo(ApiServer, ["--version"]) { RedirectStandardOutput = true })!;
        var version = server.StandardOutput.ReadToEnd();
        server.WaitForExit();
        return int.Parse(version.Split('.')[1], CultureInfo.InvariantCulture);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orleans.Scheduler.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Orleans.Scheduler.sln above {AppContext.BaseDirectory}");
    }
}
