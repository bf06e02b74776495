using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scheduling.Model;

namespace Grains.Storage.Codec;

/// <summary>"job/3": nearly every journal entry names an attempt, and dictionaries are keyed by it.</summary>
internal sealed class AttemptIdConverter : JsonConverter<AttemptId>
{
    public override bool HandleNull => true;

    public override AttemptId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? default : Parse(reader.GetString()!);

    public override void Write(Utf8JsonWriter writer, AttemptId value, JsonSerializerOptions options)
    {
        if (value == default)
            writer.WriteNullValue();
        else
            writer.WriteStringValue(Format(value));
    }

    public override AttemptId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Parse(reader.GetString()!);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, AttemptId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(Format(value));

    private static string Format(AttemptId value) => string.Create(CultureInfo.InvariantCulture, $"{value.Job.Value}/{value.Number}");

    private static AttemptId Parse(string text)
    {
        // The last slash: whatever a job id may come to hold, the number holds none.
        var slash = text.LastIndexOf('/');
        if (slash < 0 || !int.TryParse(text.AsSpan(slash + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw new JsonException($"'{text}' is not an attempt.");
        return new AttemptId(JobId.Create(text[..slash]), number);
    }
}
