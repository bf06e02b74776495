using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Azure.Hooks;

/// <summary>HMAC-SHA256 over the time of sending and the body: "t=1700000000,v1=hex". What is old is refused, so a copy of it is of no use for long.</summary>
internal static class HookSignature
{
    public const string Header = "X-Scheduler-Signature";

    public static string Sign(byte[] key, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var at = now.ToUnixTimeSeconds();
        return $"t={at.ToString(CultureInfo.InvariantCulture)},v1={Convert.ToHexStringLower(Mac(key, body, at))}";
    }

    public static bool IsGood(byte[] key, ReadOnlySpan<byte> body, string? header, DateTimeOffset now, TimeSpan maxAge)
    {
        var parts = header?.Split(',');
        if (parts is not [var time, var mac] || !time.StartsWith("t=", StringComparison.Ordinal) || !mac.StartsWith("v1=", StringComparison.Ordinal)
            || !long.TryParse(time.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var at) || Math.Abs((decimal)now.ToUnixTimeSeconds() - at) > (decimal)maxAge.TotalSeconds)
        {
            return false;
        }

        // Compared as text of a fixed length: a wrong character anywhere costs the same.
        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(Mac(key, body, at))), Encoding.ASCII.GetBytes(mac[3..]));
    }

    private static byte[] Mac(byte[] key, ReadOnlySpan<byte> body, long at)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(Encoding.ASCII.GetBytes(at.ToString(CultureInfo.InvariantCulture) + "."));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
