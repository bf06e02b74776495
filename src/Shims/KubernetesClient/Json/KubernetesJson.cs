using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace k8s;

/// <summary>How objects are read and written: camel case, nothing that is null, times as RFC 3339.</summary>
public static class KubernetesJson
{
    internal static readonly JsonSerializerOptions JsonSerializerOptions = new()
    {
        // Types of the caller's own are read by reflection, unless it puts its own context before these.
        TypeInfoResolver = JsonTypeInfoResolver.Combine(SourceGenerationContext.Default, new DefaultJsonTypeInfoResolver()),
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(), new KubernetesDateTimeConverter(), new KubernetesDateTimeOffsetConverter() },
    };

    public static void AddJsonOptions(Action<JsonSerializerOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(JsonSerializerOptions);
    }

    public static TValue Deserialize<TValue>(string json, JsonSerializerOptions jsonSerializerOptions = null) => JsonSerializer.Deserialize(json, Info<TValue>(jsonSerializerOptions));

    public static TValue Deserialize<TValue>(Stream json, JsonSerializerOptions jsonSerializerOptions = null) => JsonSerializer.Deserialize(json, Info<TValue>(jsonSerializerOptions));

    public static TValue Deserialize<TValue>(JsonElement json, JsonSerializerOptions jsonSerializerOptions = null) =>
        JsonSerializer.Deserialize(json, Info<TValue>(jsonSerializerOptions));

    public static string Serialize(object value, JsonSerializerOptions jsonSerializerOptions = null) =>
        JsonSerializer.Serialize(value, (jsonSerializerOptions ?? JsonSerializerOptions).GetTypeInfo(value.GetType()));

    internal static JsonTypeInfo<T> Info<T>(JsonSerializerOptions options) => (JsonTypeInfo<T>)(options ?? JsonSerializerOptions).GetTypeInfo(typeof(T));
}
