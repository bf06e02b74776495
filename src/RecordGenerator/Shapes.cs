using Microsoft.CodeAnalysis;

namespace RecordGenerator;

/// <summary>Finds what code can be made for. What it does not know is left to the contract by reflection, as a whole type.</summary>
internal sealed class Shapes(Compilation compilation)
{
    private readonly Dictionary<ITypeSymbol, RecordShape?> _known = new(SymbolEqualityComparer.Default);

    public IEnumerable<RecordShape> Records => _known.Values.OfType<RecordShape>();

    public void Find(ITypeSymbol type)
    {
        if (Names.IsNullable(type) || Names.IsImmutableArray(type))
        {
            Find(Names.Argument(type));
            return;
        }

        if (Values.Reader(type) is not null || _known.ContainsKey(type) || type is not INamedTypeSymbol named)
            return;
        var shape = ShapeOf(named.OriginalDefinition); // Without a question mark.
        _known[type] = shape;
        foreach (var member in shape?.Members ?? [])
            Find(member.Type);
    }

    private RecordShape? ShapeOf(INamedTypeSymbol type)
    {
        if (type.IsGenericType || type.IsAbstract || type.TypeKind is not (TypeKind.Class or TypeKind.Struct) || !compilation.IsSymbolAccessibleWithin(type, compilation.Assembly))
            return null;
        if (type.TypeKind == TypeKind.Class && (!type.IsSealed || type.BaseType?.SpecialType != SpecialType.System_Object))
            return null;
        if (!Has(type, "GenerateSerializerAttribute") || Constructor(type) is not { } parameters)
            return null;

        var members = new List<MemberShape>();
        foreach (var symbol in type.GetMembers())
        {
            if (Id(symbol) is not { } id)
            {
                if (symbol is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true })
                    return null;
                continue;
            }

            if (symbol is not IPropertySymbol { DeclaredAccessibility: Accessibility.Public } property || !IsPlain(property.Type))
                return null;
            var parameter = parameters.FirstOrDefault(p => string.Equals(p.Name, property.Name, StringComparison.OrdinalIgnoreCase));
            if (parameter is null && property.SetMethod is not { DeclaredAccessibility: Accessibility.Public })
                return null;
            members.Add(new MemberShape { Id = id, Name = property.Name, Type = property.Type, Parameter = parameter });
        }

        var isWhole = members.Count > 0 && parameters.All(p => members.Any(m => SymbolEqualityComparer.Default.Equals(m.Parameter, p)));
        return isWhole ? new RecordShape { Type = type, Members = members, Parameters = parameters } : null;
    }

    /// <summary>Values that nobody can change: what a record begins with may then be shared by all that are read.</summary>
    private static bool IsPlain(ITypeSymbol type)
    {
        while (Names.IsNullable(type) || Names.IsImmutableArray(type))
            type = Names.Argument(type);
        return Values.Reader(type) is not null || Has(type, "GenerateSerializerAttribute");
    }

    /// <summary>That without parameters, or else the only one, as System.Text.Json chooses it; null when there is no such.</summary>
    private static IReadOnlyList<IParameterSymbol>? Constructor(INamedTypeSymbol type)
    {
        var open = type.InstanceConstructors.Where(c => c.DeclaredAccessibility == Accessibility.Public && !(type.IsValueType && c.IsImplicitlyDeclared && c.Parameters.IsEmpty)).ToList();
        if (type.IsValueType)
            return open switch { [] => [], [{ Parameters.IsEmpty: false } only] => only.Parameters, _ => null };
        return open.FirstOrDefault(c => c.Parameters.IsEmpty) is not null ? [] : open is [var single] ? single.Parameters : null;
    }

    private static uint? Id(ISymbol symbol) =>
        symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass is { Name: "IdAttribute" }) is { ConstructorArguments: [{ Value: uint id }] } ? id : null;

    private static bool Has(ISymbol symbol, string attribute) => symbol.GetAttributes().Any(a => a.AttributeClass?.Name == attribute);
}
