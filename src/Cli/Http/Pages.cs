using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Cli.Http;

/// <summary>Lists, page by page.</summary>
internal static class Pages
{
    /// <summary>Every page of a list, in order.</summary>
    public static async IAsyncEnumerable<ServerAnswer> All(
        SchedClient client, SchedRequest first, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = first;
        while (true)
        {
            var page = await client.Send(request, cancellationToken);
            yield return page;
            if (NextLink(page.Body) is not { } next)
            {
                yield break;
            }

            request = SchedClient.Next(first, next);
        }
    }

    /// <summary>
    /// The first <paramref name="most"/> rows as one answer. When they fit in one page it is exactly the server's; otherwise
    /// the rows of all pages, each as the server sent it.
    /// </summary>
    public static async Task<(ServerAnswer Answer, bool More)> First(SchedClient client, SchedRequest first, int most, CancellationToken cancellationToken)
    {
        var pages = new List<ServerAnswer>();
        var rows = 0;
        await foreach (var page in All(client, first, cancellationToken))
        {
            pages.Add(page);
            rows += Rows(page.Body);
            if (rows >= most)
            {
                break;
            }
        }

        var more = rows > most || NextLink(pages[^1].Body) is not null;
        return pages.Count == 1 && rows <= most ? (pages[0], more) : (pages[0] with { Body = Join(pages, most) }, more);
    }

    private static string? NextLink(string body)
    {
        using var document = Parse(body);
        return document.RootElement.TryGetProperty("nextLink", out var link) ? link.GetString() : null;
    }

    private static int Rows(string body)
    {
        using var document = Parse(body);
        return document.RootElement.GetProperty("value").GetArrayLength();
    }

    private static string Join(List<ServerAnswer> pages, int most)
    {
        var text = new StringBuilder("{\"value\":[");
        foreach (var page in pages)
        {
            using var document = Parse(page.Body);
            foreach (var row in document.RootElement.GetProperty("value").EnumerateArray())
            {
                if (most-- > 0)
                {
                    text.Append(text[^1] == '[' ? "" : ",").Append(row.GetRawText());
                }
            }
        }

        return text.Append("]}").ToString();
    }

    private static JsonDocument Parse(string body)
    {
        try
        {
            var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("value", out var value)
                && value.ValueKind == JsonValueKind.Array ? document : throw new JsonException("it is not a list");
        }
        catch (JsonException e)
        {
            throw CliException.Failure($"the server's list cannot be read ({e.Message}); is --server the gateway?", e);
        }
    }
}
