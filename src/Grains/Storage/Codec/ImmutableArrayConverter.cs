using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Grains.Storage.Codec;

/// <summary>A default array is written as an empty one: the built-in converter throws on it.</summary>
internal sealed class ImmutableArrayConverter<T>(JsonConverter<T> item) : JsonConverter<ImmutableArray<T>>
{
    private static readonly bool NullIsDefault = default(T) is null;

    public override bool HandleNull => true;

    public override ImmutableArray<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return [];
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException($"Expected an array, found {reader.TokenType}.");

        var items = ImmutableArray.CreateBuilder<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(NullIsDefault && reader.TokenType == JsonTokenType.Null ? default! : item.Read(ref reader, typeof(T), options)!);
        }

        return items.DrainToImmutable();
    }

    public override void Write(Utf8JsonWriter writer, ImmutableArray<T> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        if (!value.IsDefault)
        {
            foreach (var i in value)
            {
                if (i is null)
                    writer.WriteNullValue();
                else
                    item.Write(writer, i, options);
            }
        }

        writer.WriteEndArray();
    }
}
