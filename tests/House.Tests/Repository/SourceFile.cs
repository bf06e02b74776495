using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace House.Tests.Repository;

/// <summary>One C# file of ours, parsed (not compiled).</summary>
internal sealed class SourceFile
{
    private static readonly Lazy<IReadOnlyList<SourceFile>> Everything = new(() =>
        [.. Repo.Files.Where(f => f.EndsWith(".cs", StringComparison.Ordinal)).Select(f => new SourceFile(f))]);

    private SourceFile(string path)
    {
        Path = path;
        Text = Repo.Read(path);
        Lines = Text.Split('\n').Length - (Text.EndsWith('\n') ? 1 : 0);
        Root = CSharpSyntaxTree.ParseText(Text, new CSharpParseOptions(LanguageVersion.Preview)).GetCompilationUnitRoot();
    }

    public static IReadOnlyList<SourceFile> All => Everything.Value;

    public string Path { get; }

    public string Text { get; }

    public int Lines { get; }

    public CompilationUnitSyntax Root { get; }

    public static IEnumerable<SourceFile> Under(string folder) => All.Where(f => f.Path.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <summary>src without the shims: what is ours to ship whichever feed there is.</summary>
    public static IEnumerable<SourceFile> Product => Under("src").Where(f => !f.Path.StartsWith("src/Shims/", StringComparison.Ordinal));

    public IEnumerable<BaseTypeDeclarationSyntax> Types => Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>();

    /// <summary>Where a node stands, as an editor opens it.</summary>
    public string At(SyntaxNode node) => $"{Path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";

    /// <summary>All namespaces named by a using or by a qualified name in code; comments and strings do not count.</summary>
    public IEnumerable<string> NamesUsed() =>
        Root.DescendantNodes().OfType<UsingDirectiveSyntax>().Select(u => u.NamespaceOrType.ToString())
            .Concat(Root.DescendantNodes().Where(n => n is QualifiedNameSyntax or MemberAccessExpressionSyntax && n.Parent is not (QualifiedNameSyntax or MemberAccessExpressionSyntax)).Select(n => n.ToString()))
            .Select(n => n.Replace("global::", "", StringComparison.Ordinal));
}

internal static class SyntaxExtensions
{
    public static bool IsPublic(this MemberDeclarationSyntax member) => member.Modifiers.Any(SyntaxKind.PublicKeyword);

    public static bool HasAttribute(this SyntaxList<AttributeListSyntax> lists, string name) => lists.Named(name).Any();

    public static IEnumerable<AttributeSyntax> Named(this SyntaxList<AttributeListSyntax> lists, string name) =>
        lists.SelectMany(l => l.Attributes).Where(a => a.Name.ToString() == name || a.Name.ToString() == name + "Attribute");

    /// <summary>Namespace, enclosing types and name, with the number of type parameters where there are any.</summary>
    public static string FullName(this BaseTypeDeclarationSyntax type)
    {
        var name = type.Identifier.Text + (type is TypeDeclarationSyntax { TypeParameterList: { } list } ? $"`{list.Parameters.Count}" : "");
        for (var parent = type.Parent; parent is not null; parent = parent.Parent)
        {
            name = parent switch
            {
                BaseTypeDeclarationSyntax outer => $"{outer.Identifier.Text}.{name}",
                BaseNamespaceDeclarationSyntax space => $"{space.Name}.{name}",
                _ => name,
            };
        }

        return name;
    }

    public static bool HasDocComment(this SyntaxNode node) =>
        node.GetLeadingTrivia().Any(t => t.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia) || t.IsKind(SyntaxKind.MultiLineDocumentationCommentTrivia));
}
