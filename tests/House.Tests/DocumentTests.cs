using System.Text.RegularExpressions;
using House.Tests.Repository;

namespace House.Tests;

/// <summary>Documents are linked, their links lead somewhere, their commands exist, and data says where it is from.</summary>
public sealed partial class DocumentTests
{
    private static readonly IReadOnlyList<string> Documents = [.. Repo.Files.Where(f => f.EndsWith(".md", StringComparison.Ordinal))];

    [Fact]
    public void The_documents_of_the_layout_are_there() =>
        Findings.None(
            new[] { "README.md", "AGENTS.md", "NOTICE.md", "docs/architecture.md", "docs/operations.md", "docs/api.md", "docs/benchmarks.md", "docs/glossary.md" }.Where(d => !Repo.Exists(d)),
            "These documents are missing.");

    [Fact]
    public void Every_document_is_linked_from_the_readme_or_another_document()
    {
        var linked = Documents.SelectMany(d => Links(d).Where(l => l.Target != d).Select(l => l.Target)).ToHashSet();
        Findings.None(
            Documents.Where(d => d != "README.md" && Path.GetFileName(d) is not ("SOURCE.md" or "AGENTS.md") && !linked.Contains(d)),
            "Nobody finds these documents: link them from README.md or a page under docs.");
    }

    [Fact]
    public void Links_between_documents_lead_somewhere() =>
        Findings.None(
            from document in Documents
            from link in Links(document)
            where !Repo.Exists(link.Target)
            select $"{document}: {link.Written}",
            "These links lead nowhere.");

    [Fact]
    public void Scripts_and_projects_that_documents_name_exist() =>
        Findings.None(
            from document in Documents
            from Match match in RepositoryPath().Matches(Repo.Read(document))
            let path = match.Value.TrimEnd('.', '/')
            where !Repo.Exists(path) && path != "build/Feed.local.props"
            select $"{document}: {path}",
            "Documents name files that are not there.");

    [Fact]
    public void Options_of_our_scripts_that_documents_name_exist() =>
        Findings.None(
            from document in Documents
            from Match match in ScriptCall().Matches(Repo.Read(document))
            let script = match.Groups["script"].Value
            where Repo.Exists(script)
            let text = script == "build/sched.sh" ? ClientSource() : Repo.Read(script)
            from Capture option in match.Groups["option"].Captures
            where !text.Contains(option.Value, StringComparison.Ordinal)
            select $"{document}: {script} has no {option.Value}",
            "Documents name options that are not there.");

    [Fact]
    public void The_two_commands_of_the_readme_are_build_run_and_build_test()
    {
        var readme = Repo.Read("README.md");

        Assert.Contains("build/run.sh", readme, StringComparison.Ordinal);
        Assert.Contains("build/test.sh", readme, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_says_where_it_is_from_and_under_which_licence() =>
        Findings.None(
            from folder in Repo.FilesUnder("tests/data").Select(f => Path.GetDirectoryName(f)!.Replace('\\', '/')).Distinct()
            where folder != "tests/data"
            let source = $"{folder}/SOURCE.md"
            where !Repo.Exists(source) || !Repo.Read(source).Contains("licence", StringComparison.OrdinalIgnoreCase) || !Repo.Read("NOTICE.md").Contains(folder, StringComparison.Ordinal)
            select folder,
            "A folder of data has a SOURCE.md with source and licence, and is named in NOTICE.md.");

    [Fact]
    public void No_committed_file_is_large() =>
        Findings.None(
            from file in Repo.Files
            let size = new FileInfo(Repo.Full(file)).Length
            where size > 2 * 1024 * 1024
            select $"{file}: {size / 1024} KiB",
            "Keep committed files under 2 MiB.");

    /// <summary>build/sched.sh passes its arguments on to the client.</summary>
    private static string ClientSource() => string.Join('\n', SourceFile.Under("src/Cli").Select(f => f.Text));

    private static IEnumerable<(string Written, string Target)> Links(string document) =>
        from Match match in Link().Matches(CodeBlock().Replace(Repo.Read(document), ""))
        let written = match.Groups["to"].Value
        where !written.Contains("://", StringComparison.Ordinal) && !written.StartsWith('#') && !written.StartsWith("mailto:", StringComparison.Ordinal)
        let target = written.Split('#')[0]
        select (written, Path.GetRelativePath(Repo.Root, Path.GetFullPath(Path.Combine(Repo.Root, Path.GetDirectoryName(document)!, target))).Replace('\\', '/'));

    [GeneratedRegex(@"\[[^\]]*\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"```.*?```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"(?<![\w/.*-])(build|tests|src|deploy|docs)/[\w.-]+(/[\w.-]+)*\.(sh|md|csproj|cs|txt|csv|gz|props|targets|json|yaml)\b")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex(@"(?<script>build/[\w-]+\.sh)(?:[ \t]+(?<option>--[a-z][a-z-]*)|[ \t]+(?!--)[\w./:-]+)*")]
    private static partial Regex ScriptCall();
}
