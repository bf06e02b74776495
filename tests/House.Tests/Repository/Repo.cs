namespace House.Tests.Repository;

/// <summary>The repository that these tests read: its own source tree, found from the running assembly upwards.</summary>
internal static class Repo
{
    private static readonly string[] NotOurs = ["bin", "obj", ".git", "artifacts", "node_modules", "TestResults", ".vs", ".idea"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every file of the working tree, as a path relative to the root with forward slashes; nothing that a build makes.</summary>
    public static IReadOnlyList<string> Files { get; } = [.. Walk(Root).Select(Relative).Order(StringComparer.Ordinal)];

    public static IEnumerable<string> FilesUnder(string folder, params string[] extensions) =>
        Files.Where(f => f.StartsWith(folder + "/", StringComparison.Ordinal) && (extensions.Length == 0 || extensions.Contains(Path.GetExtension(f))));

    public static string Full(string relative) => Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(Full(relative));

    public static bool Exists(string relative) => File.Exists(Full(relative)) || Directory.Exists(Full(relative));

    private static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

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

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            // A worktree's .git is a file.
            if (Path.GetFileName(file) != ".git" && !IsIgnored(file))
            {
                yield return file;
            }
        }

        foreach (var child in Directory.EnumerateDirectories(folder))
        {
            var isTopLevelData = Relative(child) == "data";
            if (!isTopLevelData && !NotOurs.Contains(Path.GetFileName(child)))
            {
                foreach (var file in Walk(child))
                {
                    yield return file;
                }
            }
        }
    }

    private static bool IsIgnored(string file) =>
        Path.GetFileName(file) == "Feed.local.props" || file.EndsWith(".user", StringComparison.Ordinal)
        || file.EndsWith(".db", StringComparison.Ordinal) || file.EndsWith(".db-wal", StringComparison.Ordinal) || file.EndsWith(".db-shm", StringComparison.Ordinal);
}
