using System.Text.Json;
using System.Text.Json.Serialization;

namespace Grains.Storage.Codec;

internal sealed class ImmutableArrayConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => RecordContract.IsImmutableArray(typeToConvert);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options)
    {
        var itemType = typeToConvert.GetGenericArguments()[0];
        return (JsonConverter)Activator.CreateInstance(typeof(ImmutableArrayConverter<>).MakeGenericType(itemType), options.GetConverter(itemType))!;
    }
}
