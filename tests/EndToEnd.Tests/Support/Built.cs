namespace EndToEnd.Tests.Support;

/// <summary>Where the programs under test are: built beside this one, in the same configuration.</summary>
internal static class Built
{
    public static string Root { get; } = FindRoot();

    /// <summary>"Release" or "Debug".</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string Gateway => Output("src/Gateway", "Orleans.Scheduler.Gateway.dll");

    public static string OpenbNodes => Path.Combine(Root, "tests/data/openb/openb_node_list_gpu_node.csv");

    public static string OpenbPods => Path.Combine(Root, "tests/data/openb/openb_pod_list_default.csv.gz");

    private static string Output(string project, string file)
    {
        // …/tests/EndToEnd.Tests/bin/[full/]Release/net10.0/ → …/PROJECT/bin/[full/]Release/net10.0/
        var fromProject = Path.GetRelativePath(Path.Combine(Root, "tests/EndToEnd.Tests"), AppContext.BaseDirectory);
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
