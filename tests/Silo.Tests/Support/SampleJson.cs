using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Grains.Storage;
using Scheduling.Model;

namespace Silo.Tests.Support;

/// <summary>The stored form of a record in which every member has a value other than its default. The same for ever: no clock, no dice.</summary>
internal static class SampleJson
{
    private const int MaxDepth = 6;

    public static JsonObject Record(JsonTypeInfo info, int depth = 0)
    {
        var json = new JsonObject();
        var number = 1;
        foreach (var member in info.Properties.OrderBy(p => p.Name, StringComparer.Ordinal))
        {
            if (depth < MaxDepth)
                json[member.Name] = Value(member.PropertyType, number++, depth);
        }

        return json;
    }

    private static JsonNode? Value(Type type, int number, int depth)
    {
        if (Nullable.GetUnderlyingType(type) is { } value)
            return Value(value, number, depth);
        if (Scalar(type, number) is { } scalar)
            return scalar;
        var parts = StoredTypes.Parts(type).ToArray();
        if (parts.Length == 2)
            return new JsonObject { [Value(parts[0], number, depth)!.ToString()] = Value(parts[1], number + 1, depth) };
        if (parts.Length == 1)
            return new JsonArray(Value(parts[0], number, depth));

        var info = RecordCodec.Options.GetTypeInfo(type);
        if (info.PolymorphismOptions is not { } family)
            return Record(info, depth + 1);
        var kind = family.DerivedTypes[0];
        var json = Record(RecordCodec.Options.GetTypeInfo(kind.DerivedType), depth + 1);
        json.Insert(0, family.TypeDiscriminatorPropertyName, (string)kind.TypeDiscriminator!);
        return json;
    }

    private static JsonValue? Scalar(Type type, int number)
    {
        if (type.IsEnum)
            return JsonValue.Create(Convert.ToInt64(Enum.GetValuesAsUnderlyingType(type).Cast<object>().Last(), System.Globalization.CultureInfo.InvariantCulture));
        if (type == typeof(bool))
            return JsonValue.Create(true);
        if (type == typeof(string))
            return JsonValue.Create($"text {number}");
        if (type == typeof(AttemptId))
            return JsonValue.Create($"job-{number}/{number}");
        if (type == typeof(DateTimeOffset) || type == typeof(TimeSpan))
            return JsonValue.Create(17_000_000_000_000_000 + number);
        if (type == typeof(double) || type == typeof(float) || type == typeof(decimal))
            return JsonValue.Create(number + 0.5);
        if (type == typeof(byte[]))
            return JsonValue.Create("AQID");
        if (type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IStringId<>)))
            return JsonValue.Create($"id-{number}");
        return type.IsPrimitive ? JsonValue.Create(number) : null;
    }
}
