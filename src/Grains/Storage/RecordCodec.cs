using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Grains.Storage.Codec;

namespace Grains.Storage;

/// <summary>
/// The one stored form of every record: a format byte, then JSON in which each member's name is its <c>[Id]</c> number.
/// Members without an id are not stored and unknown ids are ignored, so that records outlive renames and versions in both directions.
/// CLR type names are never stored: a closed family is told apart by <c>[Alias]</c>.
/// </summary>
/// <remarks>
/// A member whose initial value is its type's default is left out while it has it; any other member is always written.
/// So an initial value may never be changed once records were stored: the golden files in tests/Silo.Tests/Golden watch over it.
/// </remarks>
public static class RecordCodec
{
    /// <summary>The first byte of every record written by this version.</summary>
    public const byte Format = 1;

    [ThreadStatic]
    private static Scratch? _scratch;

    /// <summary>The contract by reflection: what the code that is made for stored records has to keep to.</summary>
    internal static JsonSerializerOptions Options { get; } = CreateOptions();

    /// <summary>The record's bytes.</summary>
    /// <exception cref="RecordFormatException"><typeparamref name="T"/> cannot be stored.</exception>
    public static byte[] Encode<T>(T record)
    {
        var scratch = _scratch ?? new Scratch();
        _scratch = null; // So that a converter that encodes in turn gets its own.
        Encode(record, scratch.Buffer, scratch.Writer);
        var bytes = scratch.Buffer.Written.ToArray();
        scratch.Buffer.Clear();
        _scratch = scratch;
        return bytes;
    }

    /// <summary>Writes the record's bytes behind what is in <paramref name="output"/>.</summary>
    /// <exception cref="RecordFormatException"><typeparamref name="T"/> cannot be stored.</exception>
    public static void Encode<T>(T record, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(Stream.Null, Scratch.WriterOptions);
        Encode(record, output, writer);
    }

    /// <summary>Reads what <see cref="Encode{T}(T)"/> wrote, in this version or another.</summary>
    /// <exception cref="RecordFormatException">The bytes are not such a record, or of a newer format.</exception>
    public static T Decode<T>(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 2 || bytes[0] != Format)
            throw WrongFormat(bytes, typeof(T));
        try
        {
            var reader = new Utf8JsonReader(bytes[1..]);
            reader.Read();
            var record = RecordValues.ReadRecord<T>(ref reader) ?? throw new RecordFormatException($"A stored {typeof(T).Name} is null.");
            reader.Read(); // Throws where something follows.
            return record;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or InvalidOperationException or ArgumentException)
        {
            throw new RecordFormatException($"A stored {typeof(T).Name} of {bytes.Length} bytes cannot be read: {e.Message}", e);
        }
    }

    private static void Encode<T>(T record, IBufferWriter<byte> output, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(record);
        try
        {
            var format = RecordFormat<T>.Instance;
            output.GetSpan(1)[0] = Format;
            output.Advance(1);
            writer.Reset(output);
            format.Write(writer, record);
            writer.Flush();
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new RecordFormatException($"A {typeof(T).Name} cannot be stored: {e.Message}", e);
        }
    }

    private static RecordFormatException WrongFormat(ReadOnlySpan<byte> bytes, Type type) => bytes.Length < 2
        ? new($"A stored {type.Name} is cut off: {bytes.Length} bytes.")
        : new($"A stored {type.Name} has format {bytes[0]}; this version reads format {Format}. It was written by another version, or is damaged.");

    private static JsonSerializerOptions CreateOptions()
    {
        var resolver = new DefaultJsonTypeInfoResolver();
        resolver.Modifiers.Add(RecordContract.Apply);
        var options = new JsonSerializerOptions
        {
            TypeInfoResolver = resolver,
            DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingDefault,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            IncludeFields = true,
            Converters =
            {
                new StringIdConverterFactory(),
                new ImmutableArrayConverterFactory(),
                new AttemptIdConverter(),
                new TimeSpanConverter(),
                new DateTimeOffsetConverter(),
                new DoubleConverter(),
                new SingleConverter(),
            },
        };
        options.MakeReadOnly();
        return options;
    }

    private sealed class Scratch
    {
        public static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

        public ScratchBuffer Buffer { get; } = new();

        public Utf8JsonWriter Writer { get; } = new(Stream.Null, WriterOptions);
    }
}
