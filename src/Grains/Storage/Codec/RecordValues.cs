using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text.Json;
using Scheduling.Model;

namespace Grains.Storage.Codec;

/// <summary>Reads what stands at a reader's place.</summary>
internal delegate T ReadItem<out T>(ref Utf8JsonReader reader);

/// <summary>The words of which the code that src/RecordGenerator makes consists. Each value has the form that its converter gives it.</summary>
internal static class RecordValues
{
    private static readonly DoubleConverter Doubles = new();
    private static readonly DateTimeOffsetConverter Times = new();
    private static readonly TimeSpanConverter Spans = new();
    private static readonly AttemptIdConverter Attempts = new();

    public static void Begin(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException($"Expected a record, found {reader.TokenType}.");
    }

    /// <summary>Goes to the next member's value; false at the record's end. A member whose name is no number has id -1.</summary>
    public static bool Next(ref Utf8JsonReader reader, out int id)
    {
        id = -1;
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
            return false;
        var name = reader.ValueSpan;
        if (Utf8Parser.TryParse(name, out int number, out var length) && length == name.Length && (name[0] is >= (byte)'1' and <= (byte)'9' || length == 1))
            id = number;
        reader.Read();
        return true;
    }

    public static bool IsNull(ref Utf8JsonReader reader) => reader.TokenType == JsonTokenType.Null;

    public static bool IsDefault<T>(T value) => value is null || (default(T) is not null && EqualityComparer<T>.Default.Equals(value, default));

    /// <summary>Default arrays throw when they are looked at.</summary>
    public static ImmutableArray<T> NotDefault<T>(ImmutableArray<T> array) => array.IsDefault ? [] : array;

    public static bool ReadBoolean(ref Utf8JsonReader reader) => reader.GetBoolean();

    public static int ReadInt32(ref Utf8JsonReader reader) => reader.GetInt32();

    public static long ReadInt64(ref Utf8JsonReader reader) => reader.GetInt64();

    public static ulong ReadUInt64(ref Utf8JsonReader reader) => reader.GetUInt64();

    public static string ReadString(ref Utf8JsonReader reader) => reader.GetString()!;

    public static double ReadDouble(ref Utf8JsonReader reader) => Doubles.Read(ref reader, typeof(double), RecordCodec.Options);

    public static DateTimeOffset ReadTime(ref Utf8JsonReader reader) => Times.Read(ref reader, typeof(DateTimeOffset), RecordCodec.Options);

    public static TimeSpan ReadSpan(ref Utf8JsonReader reader) => Spans.Read(ref reader, typeof(TimeSpan), RecordCodec.Options);

    public static AttemptId ReadAttempt(ref Utf8JsonReader reader) => Attempts.Read(ref reader, typeof(AttemptId), RecordCodec.Options);

    public static T ReadId<T>(ref Utf8JsonReader reader) where T : struct, IStringId<T> => IsNull(ref reader) ? default : T.Create(reader.GetString()!);

    public static T? ReadRecord<T>(ref Utf8JsonReader reader) => default(T) is null && IsNull(ref reader) ? default : RecordFormat<T>.Instance.Read(ref reader);

    public static ImmutableArray<T> ReadArray<T>(ref Utf8JsonReader reader, ReadItem<T> read)
    {
        if (IsNull(ref reader))
            return [];
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException($"Expected an array, found {reader.TokenType}.");

        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
            return [];
        var items = ImmutableArray.CreateBuilder<T>();
        do
        {
            items.Add(read(ref reader));
            reader.Read();
        }
        while (reader.TokenType != JsonTokenType.EndArray);

        return items.DrainToImmutable();
    }

    public static void Write(Utf8JsonWriter writer, bool value) => writer.WriteBooleanValue(value);

    public static void Write(Utf8JsonWriter writer, int value) => writer.WriteNumberValue(value);

    public static void Write(Utf8JsonWriter writer, long value) => writer.WriteNumberValue(value);

    public static void Write(Utf8JsonWriter writer, ulong value) => writer.WriteNumberValue(value);

    public static void Write(Utf8JsonWriter writer, string? value) => writer.WriteStringValue(value);

    public static void Write(Utf8JsonWriter writer, double value) => Doubles.Write(writer, value, RecordCodec.Options);

    public static void Write(Utf8JsonWriter writer, DateTimeOffset value) => Times.Write(writer, value, RecordCodec.Options);

    public static void Write(Utf8JsonWriter writer, TimeSpan value) => Spans.Write(writer, value, RecordCodec.Options);

    public static void Write(Utf8JsonWriter writer, AttemptId value) => Attempts.Write(writer, value, RecordCodec.Options);

    public static void Write<T>(Utf8JsonWriter writer, T value) where T : struct, IStringId<T> => writer.WriteStringValue(value.Value);

    public static void WriteRecord<T>(Utf8JsonWriter writer, T? value)
    {
        if (value is null)
            writer.WriteNullValue();
        else
            RecordFormat<T>.Instance.Write(writer, value);
    }

    public static void WriteArray<T>(Utf8JsonWriter writer, ImmutableArray<T> array, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray();
        if (!array.IsDefault)
        {
            foreach (var item in array)
                write(writer, item);
        }

        writer.WriteEndArray();
    }
}
