using System.Security.Cryptography;

namespace Cli;

/// <summary>The one place where the client makes random ids.</summary>
internal static class Ids
{
    /// <summary>128 random bits in lower-case hex.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}
