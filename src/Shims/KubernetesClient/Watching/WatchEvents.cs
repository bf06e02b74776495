using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using k8s.Autorest;
using k8s.Exceptions;
using k8s.Models;

namespace k8s;

public static class WatcherExt
{
    [Obsolete("This method will be deprecated in future versions. Please use the WatchAsync method instead.")]
    public static IAsyncEnumerable<(WatchEventType, T)> WatchAsync<T, L>(
        this Task<HttpOperationResponse<L>> responseTask, Action<Exception> onError = null, CancellationToken cancellationToken = default) =>
        WatchEvents.Read<T, L>(responseTask, onError, cancellationToken);
}

/// <summary>A watch as a sequence: what the server says goes wrong goes to onError, what breaks is thrown.</summary>
internal static class WatchEvents
{
    public static async IAsyncEnumerable<(WatchEventType, T)> Read<T, L>(
        Task<HttpOperationResponse<L>> responseTask, Action<Exception> onError, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await responseTask.ConfigureAwait(false);
        if (response.Response.Content is not WatchContent content)
        {
            throw new KubernetesClientException("not a watchable request or failed response");
        }

        var info = KubernetesJson.Info<T>(content.Json);
        using var lines = new LineReader(await content.Lines(cancellationToken).ConfigureAwait(false));
        while (await lines.Next(cancellationToken).ConfigureAwait(false) is { } line)
        {
            T value = default;
            var type = WatchEventType.Error;
            Exception wrong = null;
            try
            {
                (type, value) = Parse(line.Span, info, content.Json, out wrong);
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
            {
                wrong = e;
            }

            if (wrong is not null)
            {
                onError?.Invoke(wrong);
            }
            else
            {
                yield return (type, value);
            }
        }
    }

    /// <summary>Servers write the type first and the object last: then the object is read in one go, straight from the buffer.</summary>
    private static (WatchEventType, T) Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> info, JsonSerializerOptions json, out Exception wrong)
    {
        wrong = null;
        var reader = new Utf8JsonReader(line);
        reader.Read();
        reader.Read();
        if (!reader.ValueTextEquals("type"u8))
        {
            throw new JsonException("a watch event begins with its type");
        }

        reader.Read();
        var type = TypeOf(ref reader);
        reader.Read();
        if (!reader.ValueTextEquals("object"u8))
        {
            throw new JsonException("a watch event's type is followed by its object");
        }

        var value = line[(int)reader.BytesConsumed..line.LastIndexOf((byte)'}')];
        if (type == WatchEventType.Error)
        {
            wrong = new KubernetesException(JsonSerializer.Deserialize(value, KubernetesJson.Info<V1Status>(json)));
            return default;
        }

        return (type, JsonSerializer.Deserialize(value, info));
    }

    private static WatchEventType TypeOf(ref Utf8JsonReader reader) =>
        reader.ValueTextEquals("MODIFIED"u8) ? WatchEventType.Modified
        : reader.ValueTextEquals("ADDED"u8) ? WatchEventType.Added
        : reader.ValueTextEquals("DELETED"u8) ? WatchEventType.Deleted
        : reader.ValueTextEquals("BOOKMARK"u8) ? WatchEventType.Bookmark
        : reader.ValueTextEquals("ERROR"u8) ? WatchEventType.Error
        : throw new JsonException("unknown type of watch event");
}
