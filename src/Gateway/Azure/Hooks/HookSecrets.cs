using System.Security.Cryptography;
using System.Text;

namespace Gateway.Azure.Hooks;

/// <summary>Secrets from mounted files, read anew when the file has changed: they are rotated without a restart.</summary>
internal sealed class HookSecrets(AzureHookOptions options)
{
    /// <summary>Shorter ones could be guessed.</summary>
    public const int LeastLength = 32;

    private readonly SecretFile _code = new(options.CodeFile);
    private readonly SecretFile _agent = new(options.AgentKeyFile);
    private readonly SecretFile _tell = new(options.TellKeyFile);

    public byte[]? AgentKey => _agent.Read();

    public byte[]? TellKey => _tell.Read();

    /// <summary>False too when none is configured, or it cannot be read.</summary>
    public bool IsCode(string? code) =>
        _code.Read() is { } secret && code is { Length: >= LeastLength and <= 1024 } && CryptographicOperations.FixedTimeEquals(SHA256.HashData(secret), SHA256.HashData(Encoding.UTF8.GetBytes(code)));

    private sealed class SecretFile(string? path)
    {
        private volatile Known? _known;

        public byte[]? Read()
        {
            if (path is null)
            {
                return null;
            }

            try
            {
                var written = File.GetLastWriteTimeUtc(path);
                if (_known is not { } known || known.Written != written)
                {
                    _known = known = new Known(written, Encoding.UTF8.GetBytes(File.ReadAllText(path).Trim()));
                }

                return known.Secret.Length >= LeastLength ? known.Secret : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }

        private sealed record Known(DateTime Written, byte[] Secret);
    }
}
