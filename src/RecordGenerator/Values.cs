using Microsoft.CodeAnalysis;

namespace RecordGenerator;

/// <summary>How one value is read and written, in the words of Grains.Storage.Codec.RecordValues.</summary>
internal static class Values
{
    private const string Here = Names.Storage + "RecordValues.";

    /// <summary>Who reads a type that is no record and no collection; null for those.</summary>
    public static string? Reader(ITypeSymbol type)
    {
        if (type.TypeKind == TypeKind.Enum)
            return ((INamedTypeSymbol)type).EnumUnderlyingType!.SpecialType == SpecialType.System_Int32 ? "(" + Names.Of(type) + ")" + Here + "ReadInt32" : null;
        if (type.IsValueType && type.AllInterfaces.Any(i => i.Name == "IStringId"))
            return $"{Here}ReadId<{Names.Of(type)}>";
        return type.SpecialType switch
        {
            SpecialType.System_Boolean => Here + "ReadBoolean",
            SpecialType.System_Int32 => Here + "ReadInt32",
            SpecialType.System_Int64 => Here + "ReadInt64",
            SpecialType.System_UInt64 => Here + "ReadUInt64",
            SpecialType.System_Double => Here + "ReadDouble",
            SpecialType.System_String => Here + "ReadString",
            _ => type.ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat) switch
            {
                "System.DateTimeOffset" => Here + "ReadTime",
                "System.TimeSpan" => Here + "ReadSpan",
                "Scheduling.Model.AttemptId" => Here + "ReadAttempt",
                _ => null,
            },
        };
    }

    /// <summary>An expression that reads a value where the reader stands.</summary>
    public static string Read(ITypeSymbol type)
    {
        if (Names.IsNullable(type))
            return $"{Here}IsNull(ref reader) ? null : {Read(Names.Argument(type))}";
        if (Names.IsImmutableArray(type))
            return $"{Here}ReadArray<{Names.Of(Names.Argument(type))}>(ref reader, static (ref reader) => {Read(Names.Argument(type))})";
        return (Reader(type) ?? $"{Here}ReadRecord<{Names.Of(type)}>") + "(ref reader)";
    }

    /// <summary>A statement that writes a value.</summary>
    public static string Write(ITypeSymbol type, string value)
    {
        if (Names.IsNullable(type))
            return $"if ({value} is {{ }} given) {{ {Write(Names.Argument(type), "given")} }} else {{ writer.WriteNullValue(); }}";
        if (Names.IsImmutableArray(type))
            return $"{Here}WriteArray<{Names.Of(Names.Argument(type))}>(writer, {value}, static (writer, item) => {{ {Write(Names.Argument(type), "item")} }});";
        if (type.TypeKind == TypeKind.Enum)
            return $"{Here}Write(writer, (int){value});";
        return Reader(type) is null ? $"{Here}WriteRecord<{Names.Of(type)}>(writer, {value});" : $"{Here}Write(writer, {value});";
    }
}
