using System.Text.Json;
using System.Text.Json.Serialization;

namespace k8s.Models;

/// <summary>A patch and its kind: text as it is, or an object that is written as JSON.</summary>
[JsonConverter(typeof(V1PatchJsonConverter))]
public record V1Patch
{
    public V1Patch(object body, PatchType type)
    {
        if (type == PatchType.Unknown)
        {
            throw new ArgumentException("the patch's type must be set", nameof(type));
        }

        Content = body ?? throw new ArgumentNullException(nameof(body));
        Type = type;
    }

    public enum PatchType
    {
        Unknown,
        JsonPatch,
        MergePatch,
        StrategicMergePatch,
        ApplyPatch,
    }

    [JsonPropertyName("content")]
    [JsonInclude]
    public object Content { get; private set; }

    public PatchType Type { get; private set; }
}

internal sealed class V1PatchJsonConverter : JsonConverter<V1Patch>
{
    public override V1Patch Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("patches are only written");

    public override void Write(Utf8JsonWriter writer, V1Patch value, JsonSerializerOptions options)
    {
        if (value.Content is string text)
        {
            writer.WriteRawValue(text);
        }
        else
        {
            JsonSerializer.Serialize(writer, value.Content, options.GetTypeInfo(value.Content.GetType()));
        }
    }
}
