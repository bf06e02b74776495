using Microsoft.CodeAnalysis;

namespace RecordGenerator;

internal static class Names
{
    public const string Storage = "global::Grains.Storage.Codec.";

    private static readonly SymbolDisplayFormat s_full = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    public static string Of(ITypeSymbol type) => type.ToDisplayString(s_full);

    /// <summary>Scheduling.Model.NodeSpec has its code in Scheduling_Model_NodeSpec.</summary>
    public static string FormatOf(INamedTypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat).Replace('.', '_');

    public static bool IsImmutableArray(ITypeSymbol type) =>
        type is INamedTypeSymbol { Name: "ImmutableArray", Arity: 1 } named && named.ContainingNamespace.ToDisplayString() == "System.Collections.Immutable";

    public static bool IsNullable(ITypeSymbol type) => type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T;

    public static ITypeSymbol Argument(ITypeSymbol type) => ((INamedTypeSymbol)type).TypeArguments[0];
}
