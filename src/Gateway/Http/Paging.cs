using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gateway.Contracts;
using Gateway.Hosting;
using Microsoft.Extensions.Primitives;

namespace Gateway.Http;

/// <summary>Which page a list request wants.</summary>
internal readonly record struct PageRequest(int Size, string? After);

/// <summary>
/// maxpagesize and continuationToken. A token carries where its list stopped and a checksum over that and the filters, so that a
/// garbled one, or one of another list, is refused instead of silently skipping rows. It grants nothing: filters are applied anew.
/// </summary>
internal static class Paging
{
    private const int ChecksumBytes = 8;

    public static bool TryRead(IQueryCollection query, string list, out PageRequest page, out ApiProblem? problem)
    {
        page = default;
        problem = null;
        var size = Limits.DefaultPageSize;
        if (query.TryGetValue("maxpagesize", out var sizes)
            && (sizes.Count != 1 || !int.TryParse(sizes[0], NumberStyles.None, CultureInfo.InvariantCulture, out size) || size is < 1 or > Limits.MaxPageSize))
        {
            problem = ApiProblem.InvalidParameter("maxpagesize", $"must be a whole number from 1 to {Limits.MaxPageSize}");
            return false;
        }

        string? after = null;
        if (query.TryGetValue("continuationToken", out var tokens) && (tokens.Count != 1 || !TryDecode(tokens[0], list, out after)))
        {
            problem = ApiProblem.InvalidContinuationToken();
            return false;
        }

        page = new PageRequest(size, after);
        return true;
    }

    /// <summary>The absolute address of the next page, with the same filters; null on the last page.</summary>
    public static string? NextLink(HttpRequest request, string list, string? after)
    {
        if (after is null)
            return null;
        var link = new StringBuilder(256);
        if (request.HttpContext.RequestServices.GetRequiredService<GatewayOptions>().PublicUrl is { } url)
            link.Append(url.TrimEnd('/'));
        else
            link.Append(request.Scheme).Append("://").Append(request.Host.ToUriComponent()).Append(request.PathBase.ToUriComponent());
        link.Append(request.Path.ToUriComponent()).Append('?');
        foreach (var (name, values) in request.Query)
        {
            if (name.Equals("continuationToken", StringComparison.OrdinalIgnoreCase))
                continue;
            AppendValues(link, name, values);
        }

        return link.Append("continuationToken=").Append(Encode(after, list)).ToString();
    }

    private static void AppendValues(StringBuilder link, string name, StringValues values)
    {
        foreach (var value in values)
            link.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value ?? "")).Append('&');
    }

    public static string Encode(string after, string list)
    {
        var payload = Encoding.UTF8.GetBytes(after);
        var bytes = new byte[ChecksumBytes + payload.Length];
        Checksum(payload, list, bytes);
        payload.CopyTo(bytes, ChecksumBytes);
        return Base64Url.EncodeToString(bytes);
    }

    private static bool TryDecode(string? token, string list, out string? after)
    {
        after = null;
        if (token is not { Length: > 0 and <= Limits.MaxContinuationToken } || !Base64Url.IsValid(token))
            return false;
        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length <= ChecksumBytes)
            return false;
        Span<byte> expected = stackalloc byte[ChecksumBytes];
        Checksum(bytes.AsSpan(ChecksumBytes), list, expected);
        if (!expected.SequenceEqual(bytes.AsSpan(0, ChecksumBytes)))
            return false;
        after = Encoding.UTF8.GetString(bytes, ChecksumBytes, bytes.Length - ChecksumBytes);
        return true;
    }

    private static void Checksum(ReadOnlySpan<byte> payload, string list, Span<byte> destination)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(list));
        hash.AppendData([0]);
        hash.AppendData(payload);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        digest[..ChecksumBytes].CopyTo(destination);
    }
}
