using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Contracts;

/// <summary>So much of a resource: a whole number (1), or a quantity as Kubernetes writes it ("100Gi").</summary>
/// <param name="Text">As it was written.</param>
[JsonConverter(typeof(ResourceCountJson))]
public readonly record struct ResourceCount(string Text)
{
    public override string ToString() => Text;
}

/// <summary>Numbers stay numbers, and texts texts.</summary>
public sealed class ResourceCountJson : JsonConverter<ResourceCount>
{
    public override ResourceCount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new ResourceCount(reader.GetString()!),
        JsonTokenType.Number => new ResourceCount(Encoding.UTF8.GetString(reader.ValueSpan)),
        _ => throw new JsonException("a number or a text is a quantity"),
    };

    public override void Write(Utf8JsonWriter writer, ResourceCount value, JsonSerializerOptions options)
    {
        if (value.Text is { Length: > 0 and < 19 } digits && digits.All(char.IsAsciiDigit) && (digits[0] != '0' || digits.Length == 1))
            writer.WriteRawValue(digits);
        else
            writer.WriteStringValue(value.Text);
    }
}
