namespace Cli.Tests;

/// <summary>Files of this repository, wherever the tests were built.</summary>
internal static class RepoFile
{
    public static string Path(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "Orleans.Scheduler.sln")))
        {
            folder = folder.Parent;
        }

        return System.IO.Path.Combine(folder?.FullName ?? throw new InvalidOperationException("Not inside the repository"), relative);
    }
}
