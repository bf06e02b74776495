using Microsoft.CodeAnalysis;

namespace RecordGenerator;

/// <summary>A record that code is made for.</summary>
internal sealed record RecordShape
{
    public required INamedTypeSymbol Type { get; init; }

    /// <summary>In the order in which they are written: that of their declaration.</summary>
    public required IReadOnlyList<MemberShape> Members { get; init; }

    /// <summary>Of the constructor that makes it; empty when that takes nothing.</summary>
    public required IReadOnlyList<IParameterSymbol> Parameters { get; init; }

    public string TypeName => Names.Of(Type);

    public string FormatName => Names.FormatOf(Type);
}

/// <summary>A member with an [Id].</summary>
internal sealed record MemberShape
{
    public required uint Id { get; init; }

    public required string Name { get; init; }

    public required ITypeSymbol Type { get; init; }

    /// <summary>The parameter of the constructor that sets it; null when an initializer does.</summary>
    public required IParameterSymbol? Parameter { get; init; }
}
