using System.Security.Cryptography;
using System.Text;
using Scheduling.Model;

namespace Gateway.Http;

/// <summary>Makes job ids: "j-" and 100 bits in base32 (a–z, 2–7).</summary>
internal static class Ids
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int Characters = 20;
    private const int MaxLength = 128;

    /// <summary>A random one.</summary>
    public static JobId New()
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        RandomNumberGenerator.Fill(bytes);
        return Of(bytes);
    }

    /// <summary>The one that this tenant's key always gets. The tenant's name cannot hold a zero, so no two pairs collide.</summary>
    public static JobId FromKey(TenantId tenant, string idempotencyKey)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant.Value}\0{idempotencyKey}"), digest);
        return Of(digest);
    }

    /// <summary>Could this be a job's id? Anything else is not found, without waking a grain for it.</summary>
    public static bool IsWellFormed(string id)
    {
        if (id.Length is 0 or > MaxLength)
            return false;
        foreach (var c in id)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
                return false;
        }

        return true;
    }

    private static JobId Of(ReadOnlySpan<byte> bytes) => new("j-" + Base32(bytes, Characters));

    internal static string Base32(ReadOnlySpan<byte> bytes, int characters)
    {
        Span<char> text = stackalloc char[characters];
        for (var i = 0; i < text.Length; i++)
        {
            var bit = i * 5;
            var pair = (bytes[bit / 8] << 8) | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] : 0);
            text[i] = Alphabet[(pair >> (11 - bit % 8)) & 31];
        }

        return new string(text);
    }
}
