using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scheduling.Model;

namespace Grains.Storage.Codec;

/// <summary>"job/3": nearly every journal entry names an attempt, and dictionaries are keyed by it. So what is short goes through the stack.</summary>
internal sealed class AttemptIdConverter : JsonConverter<AttemptId>
{
    private const int Short = 256;

    public override bool HandleNull => true;

    public override AttemptId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? default : Parse(ref reader);

    public override void Write(Utf8JsonWriter writer, AttemptId value, JsonSerializerOptions options)
    {
        if (value == default)
            writer.WriteNullValue();
        else
            writer.WriteStringValue(Format(value, stackalloc char[Short]));
    }

    public override AttemptId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Parse(ref reader);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, AttemptId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(Format(value, stackalloc char[Short]));

    private static ReadOnlySpan<char> Format(AttemptId value, Span<char> space) =>
        space.TryWrite(CultureInfo.InvariantCulture, $"{value.Job.Value}/{value.Number}", out var length)
            ? space[..length]
            : string.Create(CultureInfo.InvariantCulture, $"{value.Job.Value}/{value.Number}");

    private static AttemptId Parse(ref Utf8JsonReader reader)
    {
        // A text has no more characters than bytes.
        Span<char> space = stackalloc char[Short];
        var bytes = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        var text = bytes <= Short ? space[..reader.CopyString(space)] : reader.GetString().AsSpan();

        // The last slash: whatever a job id may come to hold, the number holds none.
        var slash = text.LastIndexOf('/');
        if (slash < 0 || !int.TryParse(text[(slash + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            throw new JsonException($"'{text}' is not an attempt.");
        return new AttemptId(JobId.Create(text[..slash].ToString()), number);
    }
}
