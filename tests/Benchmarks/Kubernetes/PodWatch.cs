using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Benchmarks.Kubernetes;

/// <summary>A watch of pods that reads nothing of them but who and where: what counts is the server, not who looks on.</summary>
internal static class PodWatch
{
    private const int Gone = 410;

    /// <summary>
    /// ADDED and MODIFIED only, without an end. A server ends watches when it likes, and those first that read too slowly: it goes on where it was, or, where the
    /// server does not reach back so far, with all pods that are there, so that none is missed.
    /// </summary>
    public static async IAsyncEnumerable<PodLine> Follow(HttpClient client, string path, string version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var isGone = false;
            await foreach (var line in Once(client, path, version, cancellationToken))
            {
                isGone = line.IsError;
                if (!isGone)
                {
                    version = line.Version;
                    yield return line;
                }
            }

            if (isGone)
            {
                var (pods, now) = await List(client, path, cancellationToken);
                version = now;
                foreach (var pod in pods)
                {
                    yield return pod;
                }
            }
        }
    }

    /// <summary>The pods that are there, and the version of the list.</summary>
    public static async Task<(IReadOnlyList<PodLine> Pods, string Version)> List(HttpClient client, string path, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await client.GetByteArrayAsync(path, cancellationToken));
        var version = document.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;
        return ([.. document.RootElement.GetProperty("items").EnumerateArray().Select(Read)], version);

        PodLine Read(JsonElement pod) => new(
            pod.GetProperty("metadata").GetProperty("name").GetString()!, pod.GetProperty("spec").TryGetProperty("nodeName", out var node) ? node.GetString() : null, version, false);
    }

    private static async IAsyncEnumerable<PodLine> Once(HttpClient client, string path, string version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}&watch=true&resourceVersion={version}") { Version = client.DefaultRequestVersion };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if ((int)answer.StatusCode == Gone)
        {
            yield return PodLine.Error;
            yield break;
        }

        answer.EnsureSuccessStatusCode();
        var reader = PipeReader.Create(await answer.Content.ReadAsStreamAsync(cancellationToken), new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        List<PodLine> lines = [];
        while (true)
        {
            ReadResult read;
            try
            {
                read = await reader.ReadAsync(cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                yield break;
            }

            var rest = Lines(read.Buffer, lines);
            reader.AdvanceTo(rest, read.Buffer.End);
            foreach (var line in lines)
            {
                yield return line;
            }

            lines.Clear();
            if (read.IsCompleted)
            {
                yield break;
            }
        }
    }

    /// <summary>The version as it is now.</summary>
    public static async Task<string> Version(HttpClient client, string path, CancellationToken cancellationToken)
    {
        using var document = JsonDocument.Parse(await client.GetByteArrayAsync($"{path}&limit=1", cancellationToken));
        return document.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString()!;
    }

    private static SequencePosition Lines(ReadOnlySequence<byte> buffer, List<PodLine> lines)
    {
        while (buffer.PositionOf((byte)'\n') is { } end)
        {
            var line = buffer.Slice(0, end);
            if (Parse(new Utf8JsonReader(line)) is { } pod)
            {
                lines.Add(pod);
            }

            buffer = buffer.Slice(buffer.GetPosition(1, end));
        }

        return buffer.Start;
    }

    private static PodLine? Parse(Utf8JsonReader json)
    {
        string? type = null, name = null, version = null, node = null;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var (depth, isType, isMetadata, isSpec) = (json.CurrentDepth, json.ValueTextEquals("type"u8), json.ValueTextEquals("metadata"u8), json.ValueTextEquals("spec"u8));
            if (depth == 1 && json.ValueTextEquals("object"u8))
            {
                continue;
            }

            json.Read();
            if (depth == 1 && isType)
            {
                type = json.GetString();
            }
            else if (depth == 2 && isMetadata)
            {
                (name, version) = Members(ref json, "name"u8, "resourceVersion"u8);
            }
            else if (depth == 2 && isSpec)
            {
                (node, _) = Members(ref json, "nodeName"u8, default);
                break;
            }
            else
            {
                json.TrySkip();
            }
        }

        return type == "ERROR" ? PodLine.Error : type is "ADDED" or "MODIFIED" && name is not null ? new PodLine(name, node, version!, false) : null;
    }

    private static (string? First, string? Second) Members(ref Utf8JsonReader json, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        (string? First, string? Second) found = default;
        var depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.CurrentDepth == depth + 1 && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isFirst, isSecond) = (json.ValueTextEquals(first), !second.IsEmpty && json.ValueTextEquals(second));
                json.Read();
                if (isFirst)
                {
                    found.First = json.GetString();
                }
                else if (isSecond)
                {
                    found.Second = json.GetString();
                }
                else
                {
                    json.TrySkip();
                }
            }
        }

        return found;
    }
}

/// <summary>A pod, its node once it is bound, and the version of what was said.</summary>
/// <param name="IsError">No pod: the server does not go on from the version that was asked for.</param>
internal readonly record struct PodLine(string Name, string? Node, string Version, bool IsError)
{
    public static PodLine Error { get; } = new("", null, "", true);
}
