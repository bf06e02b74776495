using House.Tests.Repository;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace House.Tests;

/// <summary>Small files and methods, as a ratchet: ratchet.txt lists what is over, each may only shrink, and none may join.</summary>
public sealed class SizeTests
{
    private const int MaxFileLines = 400;
    private const int MaxMethodLines = 60;

    private static readonly Dictionary<string, int> Ratchet = Repo.Read("tests/House.Tests/ratchet.txt")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Where(l => !l.StartsWith('#'))
        .Select(l => l.Split(' ', 2))
        .ToDictionary(p => p[1], p => int.Parse(p[0], System.Globalization.CultureInfo.InvariantCulture));

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Findings.None(TooLong(SourceFile.All.Select(f => (f.Path, f.Lines)), MaxFileLines), $"A file has at most {MaxFileLines} lines: split it by what it does.");

    [Fact]
    public void No_method_is_longer_than_60_lines() =>
        Findings.None(TooLong(SourceFile.All.SelectMany(Methods), MaxMethodLines), $"A method has at most {MaxMethodLines} lines: give its steps names.");

    [Fact]
    public void The_ratchet_lists_only_what_is_still_too_long()
    {
        var files = SourceFile.All.ToDictionary(f => f.Path, f => f.Lines);
        var methods = SourceFile.All.SelectMany(Methods).GroupBy(m => m.Name).ToDictionary(g => g.Key, g => g.Max(m => m.Lines));
        Findings.None(
            from entry in Ratchet
            let now = files.TryGetValue(entry.Key, out var f) ? (f, MaxFileLines) : methods.TryGetValue(entry.Key, out var m) ? (m, MaxMethodLines) : (0, 0)
            where now.Item1 <= now.Item2 || now.Item1 < entry.Value
            select $"{entry.Key} is down from {entry.Value} to {now.Item1}",
            "Lower or remove these in tests/House.Tests/ratchet.txt, so that they cannot grow again.");
    }

    [Fact]
    public void The_method_counter_counts_from_the_signature_to_the_closing_brace()
    {
        var method = SourceFile.All.Single(f => f.Path.EndsWith("House.Tests/SizeTests.cs", StringComparison.Ordinal)).Root
            .DescendantNodes().OfType<MethodDeclarationSyntax>().Single(m => m.Identifier.Text == nameof(LinesOf));

        Assert.Equal(5, LinesOf(method));
    }

    private static int LinesOf(SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    private static IEnumerable<string> TooLong(IEnumerable<(string Name, int Lines)> sized, int limit) =>
        from item in sized
        where item.Lines > Math.Max(limit, Ratchet.GetValueOrDefault(item.Name))
        select $"{item.Name}: {item.Lines} lines";

    private static IEnumerable<(string Name, int Lines)> Methods(SourceFile file) =>
        from member in file.Root.DescendantNodes()
        where member is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or LocalFunctionStatementSyntax
        let name = member switch
        {
            MethodDeclarationSyntax m => m.Identifier.Text,
            LocalFunctionStatementSyntax l => l.Identifier.Text,
            ConstructorDeclarationSyntax c => c.Identifier.Text,
            AccessorDeclarationSyntax { Parent.Parent: PropertyDeclarationSyntax p } => p.Identifier.Text,
            _ => member.Kind().ToString(),
        }
        select ($"{file.Path}#{name}", LinesOf(member));
}
