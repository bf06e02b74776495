using System.Text.Json;

namespace Orleans.Copying;

/// <summary>
/// A copy as a store would give back: by [Id] members where the type has a serializer, else through JSON,
/// which is what grain stores write by default.
/// </summary>
internal static class StoredCopy
{
    private static readonly JsonSerializerOptions s_json = new() { IncludeFields = true };

    public static T? Of<T>(T? value)
    {
        if (value is null)
        {
            return value;
        }

        return Copier<T>.Instance is DispatchingCopier<T> or MissingCopier<T> && !value.GetType().IsDefined(typeof(GenerateSerializerAttribute), false)
            ? (T?)JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), s_json), value.GetType(), s_json)
            : Copiers.Detached(value, wire: true);
    }
}
