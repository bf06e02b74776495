using System.Text.Json;

namespace Grains.Storage.Codec;

/// <summary>How one type of record is written and read. Made when it is compiled (src/RecordGenerator), or else by the contract at run time.</summary>
internal abstract class RecordFormat<T>
{
    private static RecordFormat<T>? _instance;

    // Not a static initializer: its failure would reach callers as a TypeInitializationException.
    public static RecordFormat<T> Instance => _instance ??= RecordFormats.Made<T>() ?? new ContractFormat<T>();

    public abstract void Write(Utf8JsonWriter writer, T record);

    /// <summary>Reads a record whose first token the reader stands at, and leaves it at the last.</summary>
    public abstract T? Read(ref Utf8JsonReader reader);
}
