using House.Tests.Repository;

namespace House.Tests;

/// <summary>The same folder names everywhere, and nothing that belongs nowhere.</summary>
public sealed class LayoutTests
{
    private static readonly string[] TopLevel = [".ci", "build", "deploy", "docs", "src", "tests"];
    private static readonly string[] SourceProjects = ["Scheduling", "Grains", "Silo", "Gateway", "Cli", "NodeAgent", "RecordGenerator", "Shims"];

    /// <summary>Test projects without a project of the same name under src.</summary>
    private static readonly string[] TestsOfTheWhole = ["House.Tests", "EndToEnd.Tests", "Cluster.Tests", "Shims.Tests", "Conformance.Tests", "Azure.Tests", "Benchmarks", "ClusterKit", "KubeKit", "Kubernetes.Tests", "Simulation", "Simulation.Tests", "Models", "data"];

    /// <summary>Folders of a test project that have no twin in src: what tests share, or what they read.</summary>
    private static readonly string[] TestOnlyFolders = ["Support", "Fakes", "Properties", "Golden", "testdata", "Repository", "Snapshots", "Transcripts", "Conformance", "Durability", "Scenarios", "Models"];

    [Fact]
    public void The_top_level_folders_are_those_of_the_layout() =>
        Findings.None(Folders(".").Where(f => !TopLevel.Contains(f)), "These top-level folders are not in the layout (AGENTS.md).");

    [Fact]
    public void The_folders_under_src_are_those_of_the_layout() =>
        Findings.None(Folders("src").Where(f => !SourceProjects.Contains(f)), "These folders under src are not in the layout (AGENTS.md).");

    [Fact]
    public void Every_test_project_mirrors_a_source_project() =>
        Findings.None(
            from folder in Folders("tests")
            where !TestsOfTheWhole.Contains(folder) && !(folder.EndsWith(".Tests", StringComparison.Ordinal) && SourceProjects.Contains(folder[..^".Tests".Length]))
            select $"tests/{folder}",
            "A folder under tests is X.Tests for a src/X, or one of: " + string.Join(", ", TestsOfTheWhole) + ".");

    [Fact]
    public void Folders_of_a_test_project_mirror_those_of_its_source_project() =>
        Findings.None(
            from project in Folders("tests")
            where project.EndsWith(".Tests", StringComparison.Ordinal) && Repo.Exists("src/" + project[..^".Tests".Length])
            from folder in Folders("tests/" + project)
            where !TestOnlyFolders.Contains(folder) && !Repo.Exists($"src/{project[..^".Tests".Length]}/{folder}")
            select $"tests/{project}/{folder} has no src/{project[..^".Tests".Length]}/{folder}",
            "Tests mirror folder and file; what they share is in " + string.Join(", ", TestOnlyFolders) + ".");

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repo.Read("Orleans.Scheduler.sln").Replace('\\', '/');
        Findings.None(
            Project.All.Where(p => !solution.Contains($"\"{p.Path}\"", StringComparison.Ordinal)).Select(p => p.Path),
            "dotnet sln add these, or delete them.");
    }

    [Fact]
    public void What_build_run_builds_is_every_project_under_src()
    {
        var filter = Repo.Read("build/Product.slnf");
        Findings.None(
            Project.All.Where(p => p.Path.StartsWith("src/", StringComparison.Ordinal) && !filter.Contains($"\"{p.Path}\"", StringComparison.Ordinal)).Select(p => p.Path),
            "Add these to build/Product.slnf.");
    }

    [Fact]
    public void Every_source_file_is_in_a_project() =>
        Findings.None(
            SourceFile.All.Where(f => !Project.All.Any(p => f.Path.StartsWith(p.Folder + "/", StringComparison.Ordinal))).Select(f => f.Path),
            "No project compiles these files.");

    [Fact]
    public void Projects_leave_no_source_file_out() =>
        Findings.None(
            from project in Project.All
            from remove in project.Xml.Descendants("Compile")
            where remove.Attribute("Remove") is not null
            select $"{project.Path} leaves out {remove.Attribute("Remove")!.Value}",
            "A file that is not compiled is dead.");

    [Fact]
    public void Every_script_is_mentioned_somewhere()
    {
        var texts = Repo.Files.Where(f => Path.GetExtension(f) is ".md" or ".sh" or ".yml" or ".yaml" or ".csproj" or ".props" or ".targets" || f == ".ci/run" || f.Contains("Dockerfile", StringComparison.Ordinal))
            .ToDictionary(f => f, Repo.Read);
        Findings.None(
            from script in Repo.Files
            where script.EndsWith(".sh", StringComparison.Ordinal)
            where !texts.Any(t => t.Key != script && t.Value.Contains(Path.GetFileName(script), StringComparison.Ordinal))
            select script,
            "Nobody mentions these scripts: say in AGENTS.md what they are for, or delete them.");
    }

    [Fact]
    public void Scripts_stop_at_the_first_error_and_can_be_run() =>
        Findings.None(
            from script in Repo.Files
            where script.EndsWith(".sh", StringComparison.Ordinal) || script == ".ci/run"
            let text = Repo.Read(script)
            where text.StartsWith("#!", StringComparison.Ordinal)
                ? !text.Contains("set -euo pipefail", StringComparison.Ordinal) || !IsExecutable(script)
                : !text.Contains("Sourced, never run", StringComparison.Ordinal)
            select script,
            "A script starts with #!/usr/bin/env bash and set -euo pipefail, and is executable.");

    private static bool IsExecutable(string file) => OperatingSystem.IsWindows() || (File.GetUnixFileMode(Repo.Full(file)) & UnixFileMode.UserExecute) != 0;

    /// <summary>Folders with files of ours in them.</summary>
    private static IEnumerable<string> Folders(string parent)
    {
        var prefix = parent == "." ? "" : parent + "/";
        return Repo.Files.Where(f => f.StartsWith(prefix, StringComparison.Ordinal) && f.IndexOf('/', prefix.Length) > 0)
            .Select(f => f[prefix.Length..f.IndexOf('/', prefix.Length)]).Distinct();
    }
}
