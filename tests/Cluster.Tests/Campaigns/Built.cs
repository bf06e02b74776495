namespace Cluster.Tests.Campaigns;

/// <summary>Where the programs under test are: built beside this one, for the same feed and in the same configuration.</summary>
internal static class Built
{
    private static readonly string Root = FindRoot();

    public static string Silo => Output("src/Silo", "Orleans.Scheduler.Silo.dll");

    /// <summary>The gateway, with workers in a sink.</summary>
    public static string Gateway => Output("tests/ClusterKit", "ClusterKit.dll");

    public static string PlainGateway => Output("src/Gateway", "Orleans.Scheduler.Gateway.dll");

    public static string Script(string name) => Path.Combine(Root, "build", name);

    private static string Output(string project, string file)
    {
        var fromProject = Path.GetRelativePath(Path.Combine(Root, "tests/Cluster.Tests"), AppContext.BaseDirectory);
        var path = Path.Combine(Root, project, fromProject, file);
        Assert.True(File.Exists(path), $"{path} was not built");
        return path;
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

        throw new InvalidOperationException("These tests run inside the repository.");
    }
}
