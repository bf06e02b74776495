using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Cli.Http;

/// <summary>A successful answer: its body as the server sent it, and its ETag.</summary>
internal sealed record ServerAnswer(int Status, string Body, string? ETag)
{
    /// <exception cref="CliException">The body is not what it should be.</exception>
    public T Read<T>(JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(Body, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw CliException.Failure($"the server answered something that this version does not understand ({e.Message}); is --server the gateway?", e);
        }
    }
}
