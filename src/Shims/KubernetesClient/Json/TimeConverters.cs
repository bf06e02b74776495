using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace k8s;

/// <summary>RFC 3339; written with six digits of a second where it has a fraction, as MicroTime wants it.</summary>
internal sealed class KubernetesDateTimeOffsetConverter : JsonConverter<DateTimeOffset>
{
    private const string Whole = "yyyy-MM-dd'T'HH:mm:ss'Z'";
    private const string Micro = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        var utc = value.UtcDateTime;
        Span<char> text = stackalloc char[32];
        utc.TryFormat(text, out var length, utc.Ticks % TimeSpan.TicksPerSecond == 0 ? Whole : Micro, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}

internal sealed class KubernetesDateTimeConverter : JsonConverter<DateTime>
{
    private static readonly KubernetesDateTimeOffsetConverter Offsets = new();

    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset().UtcDateTime;

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        Offsets.Write(writer, value.Kind == DateTimeKind.Unspecified ? new DateTimeOffset(value, TimeSpan.Zero) : value, options);
}
