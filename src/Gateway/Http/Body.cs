using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Gateway.Contracts;

namespace Gateway.Http;

/// <summary>What came of reading a body: a value or a problem.</summary>
internal readonly record struct BodyResult<T>(T? Value, ApiProblem? Problem) where T : class;

/// <summary>Reads JSON bodies: bounded, strict, and with answers that name the field.</summary>
internal static class Body
{
    private const string WholeBody = "$";
    private const int MaxFieldName = 200;

    /// <param name="optional">An empty body is no value and no problem.</param>
    public static async ValueTask<BodyResult<T>> Read<T>(HttpRequest request, JsonTypeInfo<T> type, bool optional = false) where T : class
    {
        if (request.ContentLength > Limits.MaxBodyBytes)
            return new(null, ApiProblem.BodyTooLarge());
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(request.HttpContext.RequestAborted);
            var buffer = read.Buffer;
            if (buffer.Length > Limits.MaxBodyBytes)
            {
                reader.AdvanceTo(buffer.End);
                return new(null, ApiProblem.BodyTooLarge());
            }

            if (!read.IsCompleted)
            {
                reader.AdvanceTo(buffer.Start, buffer.End);
                continue;
            }

            var result = buffer.IsEmpty && optional ? default : IsJson(request) ? Parse(buffer, type) : new(null, ApiProblem.UnsupportedMediaType());
            reader.AdvanceTo(buffer.End);
            return result;
        }
    }

    private static BodyResult<T> Parse<T>(in ReadOnlySequence<byte> buffer, JsonTypeInfo<T> type) where T : class
    {
        if (buffer.IsSingleSegment)
            return Parse(buffer.FirstSpan, type);
        var rented = ArrayPool<byte>.Shared.Rent((int)buffer.Length);
        buffer.CopyTo(rented);
        var result = Parse(rented.AsSpan(0, (int)buffer.Length), type);
        ArrayPool<byte>.Shared.Return(rented);
        return result;
    }

    private static BodyResult<T> Parse<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type) where T : class
    {
        if (!Utf8.IsValid(utf8))
            return new(null, ApiProblem.InvalidJson(WholeBody, "is not UTF-8"));
        try
        {
            return JsonSerializer.Deserialize(utf8, type) is { } value
                ? new(value, null)
                : new(null, ApiProblem.InvalidJson(WholeBody, "must be an object"));
        }
        catch (JsonException e)
        {
            return new(null, Describe(e));
        }
    }

    /// <summary>The framework's messages name our types, so only their kind is used.</summary>
    private static ApiProblem Describe(JsonException e)
    {
        var field = e.Path switch
        {
            null or "" or WholeBody => WholeBody,
            var path when path.StartsWith("$.", StringComparison.Ordinal) => path[2..],
            var path => path,
        };
        if (field.Length > MaxFieldName)
            field = field[..MaxFieldName];
        var message = e.Message;
        var rule =
            message.Contains("could not be mapped", StringComparison.Ordinal) ? "is not a known field"
            : message.Contains("Duplicate propert", StringComparison.Ordinal) ? "is given twice"
            : message.Contains("depth", StringComparison.Ordinal) ? $"is nested deeper than {Limits.MaxJsonDepth} levels"
            : message.Contains("could not be converted", StringComparison.Ordinal) ? "has a value of the wrong type or out of range"
            : $"is not valid JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}";
        return ApiProblem.InvalidJson(field, rule);
    }

    private static bool IsJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
            return false;
        var type = request.ContentType.AsSpan();
        var end = type.IndexOf(';');
        var media = (end < 0 ? type : type[..end]).Trim();
        if (!media.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            return false;
        if (end < 0)
            return true;
        var parameter = type[(end + 1)..].Trim();
        return parameter.IsEmpty
            || parameter.Equals("charset=utf-8", StringComparison.OrdinalIgnoreCase)
            || parameter.Equals("charset=\"utf-8\"", StringComparison.OrdinalIgnoreCase);
    }
}
