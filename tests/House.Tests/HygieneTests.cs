using System.Text.RegularExpressions;
using House.Tests.Repository;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace House.Tests;

/// <summary>What must not be in the source at all, and what must be beside it.</summary>
public sealed partial class HygieneTests
{
    [Fact]
    public void Source_has_no_unfinished_marks() =>
        Findings.None(Lines("src").Where(l => Unfinished().IsMatch(l.Text)).Select(l => l.At), "Finish it, or open an issue: no such marks in src.");

    [Fact]
    public void Nothing_names_a_folder_of_one_machine() =>
        Findings.None(
            Lines("src", "tests", "build", "deploy", "docs", ".ci").Concat(Lines(Repo.Files.Where(f => !f.Contains('/') && f.EndsWith(".md", StringComparison.Ordinal))))
                .Where(l => MachinePath().IsMatch(l.Text)).Select(l => l.At),
            "A path of one machine means nothing on another.");

    [Fact]
    public void Nothing_looks_like_a_secret() =>
        Findings.None(Lines("src", "tests", "build", "deploy", "docs", ".ci").Where(l => Secret().IsMatch(l.Text)).Select(l => l.At), "Secrets come from the environment or a mounted file, never from the repository.");

    [Fact]
    public void Public_types_of_the_core_and_the_grains_say_what_they_are() =>
        Findings.None(
            from file in SourceFile.Under("src/Scheduling").Concat(SourceFile.Under("src/Grains"))
            from type in file.Types
            where type.IsPublic() && type.Parent is not BaseTypeDeclarationSyntax && !type.HasDocComment() && !IsPlainMessage(type)
            select $"{file.At(type)} {type.Identifier.Text}",
            "A public type of Scheduling or Grains has a doc comment.");

    [Fact]
    public void Test_methods_are_sentences() =>
        Findings.None(
            from file in SourceFile.Under("tests")
            from method in file.Root.DescendantNodes().OfType<MethodDeclarationSyntax>()
            where method.AttributeLists.HasAttribute("Fact") || method.AttributeLists.HasAttribute("Theory")
            where method.Identifier.Text.Count(c => c == '_') < 1
            select $"{file.At(method)} {method.Identifier.Text}",
            "A test's name is a sentence: Words_with_underscores_that_say_what_holds.");

    [Fact]
    public void Tests_do_not_sleep() =>
        Findings.None(
            from file in SourceFile.Under("tests")
            from call in file.Root.DescendantNodes().OfType<InvocationExpressionSyntax>()
            where call.Expression.ToString() == "Thread.Sleep"
            select file.At(call),
            "Tests advance a clock, or wait for an event with a deadline.");

    [Fact]
    public void Files_end_with_a_newline_and_hold_no_tabs_or_carriage_returns() =>
        Findings.None(
            from file in SourceFile.All
            where !file.Text.EndsWith('\n') || file.Text.Contains('\r') || file.Text.Contains('\t') || file.Text.EndsWith("\n\n", StringComparison.Ordinal)
            select file.Path,
            "build/check.sh --fix mends these.");

    [Fact]
    public void Warnings_are_not_switched_off_for_a_whole_project() =>
        Findings.None(
            from project in Project.All
            from element in project.Xml.Descendants()
            where element.Name.LocalName is "TreatWarningsAsErrors" or "Nullable" or "WarningLevel" or "RunAnalyzers" or "EnableNETAnalyzers"

            // A shim says of null what its package says: nothing, where that is without annotations.
            where element.Name.LocalName != "Nullable" || !project.Path.StartsWith("src/Shims/", StringComparison.Ordinal)
            select $"{project.Path}: {element}",
            "Warnings are errors everywhere: suppress one line, with its reason.");

    /// <summary>A message or one of its enums: its members are documented where their names do not say it.</summary>
    private static bool IsPlainMessage(BaseTypeDeclarationSyntax type) => type.AttributeLists.HasAttribute("GenerateSerializer");

    private static IEnumerable<(string At, string Text)> Lines(params string[] folders) => Lines(folders.SelectMany(f => Repo.FilesUnder(f)));

    private static IEnumerable<(string At, string Text)> Lines(IEnumerable<string> files) =>
        from file in files
        where Path.GetExtension(file) is ".cs" or ".sh" or ".md" or ".csproj" or ".props" or ".targets" or ".json" or ".yml" or ".yaml" or ".tf" or ".sql" or ".html" or ".js" or ".txt" or ""
        where !file.EndsWith("packages.lock.json", StringComparison.Ordinal) && !file.StartsWith("tests/House.Tests/", StringComparison.Ordinal)
        from line in Repo.Read(file).Split('\n').Select((text, index) => (text, index))
        select ($"{file}:{line.index + 1} {line.text.Trim()}", line.text);

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"(?<![\w.])/(work|root|Users)/\w|/home/(?!nonroot|app)\w|[A-Z]:\\Users")]
    private static partial Regex MachinePath();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY|\\bAKIA[0-9A-Z]{16}\\b|\\bgh[pousr]_[A-Za-z0-9]{30,}|AccountKey=(?!Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq)[A-Za-z0-9+/]{40,}|\\b(password|secret|token)\\b\\s*[:=]\\s*\"[A-Za-z0-9+/]{24,}\"", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
