using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Benchmarks.Kubernetes;

/// <summary>A watch of pods that reads nothing of them but who and where: what counts is the server, not who looks on.</summary>
internal static class PodWatch
{
    /// <summary>ADDED and MODIFIED only.</summary>
    public static async IAsyncEnumerable<PodLine> Follow(HttpClient client, string path, string version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{path}&watch=true&resourceVersion={version}") { Version = client.DefaultRequestVersion };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var reader = PipeReader.Create(await answer.Content.ReadAsStreamAsync(cancellationToken), new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        List<PodLine> lines = [];
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
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

    /// <summary>The version and the pods of a list.</summary>
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
        string? type = null, name = null, node = null;
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
                name = Member(ref json, "name"u8);
            }
            else if (depth == 2 && isSpec)
            {
                node = Member(ref json, "nodeName"u8);
                break;
            }
            else
            {
                json.TrySkip();
            }
        }

        return type is "ADDED" or "MODIFIED" && name is not null ? new PodLine(name, node) : null;
    }

    private static string? Member(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        string? found = null;
        var depth = json.CurrentDepth;
        while (json.Read() && json.CurrentDepth > depth)
        {
            if (json.CurrentDepth == depth + 1 && json.TokenType == JsonTokenType.PropertyName)
            {
                var isIt = json.ValueTextEquals(name);
                json.Read();
                if (isIt)
                {
                    found = json.GetString();
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

/// <summary>A pod, and its node once it is bound.</summary>
internal readonly record struct PodLine(string Name, string? Node);
