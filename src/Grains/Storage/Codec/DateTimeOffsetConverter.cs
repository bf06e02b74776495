using System.Text.Json;
using System.Text.Json.Serialization;

namespace Grains.Storage.Codec;

/// <summary>UTC ticks of 100 ns since 1970; where the offset is not zero, [ticks, offset in minutes].</summary>
internal sealed class DateTimeOffsetConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return new DateTimeOffset(reader.GetInt64() + DateTime.UnixEpoch.Ticks, TimeSpan.Zero);

        reader.Read();
        var utc = new DateTimeOffset(reader.GetInt64() + DateTime.UnixEpoch.Ticks, TimeSpan.Zero);
        reader.Read();
        var offset = TimeSpan.FromMinutes(reader.GetInt32());
        reader.Read();
        return utc.ToOffset(offset);
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        var ticks = value.UtcTicks - DateTime.UnixEpoch.Ticks;
        if (value.Offset == TimeSpan.Zero)
        {
            writer.WriteNumberValue(ticks);
            return;
        }

        writer.WriteStartArray();
        writer.WriteNumberValue(ticks);
        writer.WriteNumberValue((int)(value.Offset.Ticks / TimeSpan.TicksPerMinute));
        writer.WriteEndArray();
    }
}
