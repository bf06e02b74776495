using House.Tests.Repository;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace House.Tests;

/// <summary>
/// The numbers of serialized members and enum values are a contract with every message under way and every state in storage.
/// member-ids.txt lists them as "type number name"; a number, once there, means that member for ever.
/// </summary>
public sealed class MemberIdTests
{
    private const string ListPath = "tests/House.Tests/member-ids.txt";
    private const string Retired = "(retired)";

    [Fact]
    public void No_number_is_given_twice_in_a_type() =>
        Findings.None(
            Declared().Where(m => m.Number is not null).GroupBy(m => (m.Type, m.Number)).Where(g => g.Count() > 1)
                .Select(g => $"{g.Key.Type} {g.Key.Number}: {string.Join(", ", g.Select(m => m.Name))}"),
            "Each member of a type has a number of its own.");

    [Fact]
    public void Numbers_are_neither_removed_nor_given_to_another_member()
    {
        var now = Declared().Where(m => m.Number is not null).ToLookup(m => (m.Type, m.Number!.Value), m => m.Name);
        Findings.None(
            from line in Listed()
            let names = now[(line.Type, line.Number)].ToList()
            where line.Name == Retired ? names.Count > 0 : !names.Contains(line.Name)
            select $"{line.Type} {line.Number} was {line.Name}, is {(names.Count == 0 ? "gone" : string.Join(", ", names))}",
            $"Give the old number back. A member that is really gone stays in {ListPath} as '{Retired}', a renamed one under its new name: both by hand, with the reason in the commit.");
    }

    [Fact]
    public void New_numbers_are_in_the_committed_list()
    {
        var listed = Listed().ToDictionary(l => (l.Type, l.Number), l => l.Name);
        var added = Declared().Where(m => m.Number is not null && !listed.ContainsKey((m.Type, m.Number.Value))).ToList();
        if (added.Count > 0 && Environment.GetEnvironmentVariable("HOUSE_ACCEPT_IDS") == "1")
        {
            var lines = listed.Select(l => (l.Key.Type, l.Key.Number, Name: l.Value)).Concat(added.Select(m => (m.Type, Number: m.Number!.Value, m.Name)));
            File.WriteAllLines(Repo.Full(ListPath), lines.OrderBy(l => l.Type, StringComparer.Ordinal).ThenBy(l => l.Number).Select(l => $"{l.Type} {l.Number} {l.Name}"));
            return;
        }

        Findings.None(added.Select(m => $"{m.Type} {m.Number} {m.Name}"), "Run build/check.sh --accept-ids and commit the list.");
    }

    [Fact]
    public void Serialized_types_number_all_that_they_keep() =>
        Findings.None(
            from file in SourceFile.Product
            from type in file.Types.OfType<TypeDeclarationSyntax>()
            where type.AttributeLists.HasAttribute("GenerateSerializer")
            from property in type.Members.OfType<PropertyDeclarationSyntax>()
            where property.AccessorList?.Accessors.All(a => a.Body is null && a.ExpressionBody is null) == true && property.AccessorList.Accessors.Count == 2
            where !property.Modifiers.Any(m => m.Text == "static") && !property.AttributeLists.HasAttribute("Id") && !property.AttributeLists.HasAttribute("NonSerialized")
            select $"{file.At(property)} {type.Identifier.Text}.{property.Identifier.Text}",
            "Only members with an [Id] travel and are stored: number it, or compute it.");

    private static IEnumerable<(string Type, int Number, string Name)> Listed() =>
        from line in Repo.Read(ListPath).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        let parts = line.Split(' ', 3)
        select (parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture), parts[2]);

    /// <summary>Every numbered member and enum value of the product's serialized types.</summary>
    private static IEnumerable<(string Type, int? Number, string Name)> Declared() =>
        from file in SourceFile.Product
        from type in file.Types
        where type.AttributeLists.HasAttribute("GenerateSerializer")
        from member in Members(type)
        select (type.FullName(), member.Number, member.Name);

    private static IEnumerable<(int? Number, string Name)> Members(BaseTypeDeclarationSyntax type)
    {
        if (type is EnumDeclarationSyntax values)
        {
            return values.Members.Select((m, index) => (Number(m.EqualsValue?.Value) ?? (m.EqualsValue is null ? index : null), m.Identifier.Text));
        }

        var declared = (TypeDeclarationSyntax)type;
        var parameters = declared.ParameterList?.Parameters.Select(p => (Id(p.AttributeLists), p.Identifier.Text)) ?? [];
        var properties = declared.Members.OfType<PropertyDeclarationSyntax>().Select(p => (Id(p.AttributeLists), p.Identifier.Text));
        var fields = declared.Members.OfType<FieldDeclarationSyntax>().Select(f => (Id(f.AttributeLists), f.Declaration.Variables[0].Identifier.Text));
        return parameters.Concat(properties).Concat(fields);
    }

    private static int? Id(Microsoft.CodeAnalysis.SyntaxList<AttributeListSyntax> lists) =>
        lists.Named("Id").Select(a => Number(a.ArgumentList?.Arguments[0].Expression)).FirstOrDefault();

    private static int? Number(ExpressionSyntax? expression) =>
        expression is LiteralExpressionSyntax { Token.Value: int value } ? value : null;
}
