using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Grains.Storage.Codec;

/// <summary>By reflection, as <see cref="RecordContract"/> has it: for closed families, dictionaries and whatever else no code is made for. It costs a start some milliseconds a type.</summary>
internal sealed class ContractFormat<T> : RecordFormat<T>
{
    private readonly JsonTypeInfo<T> _info = (JsonTypeInfo<T>)RecordCodec.Options.GetTypeInfo(typeof(T));

    public override void Write(Utf8JsonWriter writer, T record) => JsonSerializer.Serialize(writer, record, _info);

    public override T? Read(ref Utf8JsonReader reader) => JsonSerializer.Deserialize(ref reader, _info);
}
