using System.IO.Compression;
using System.Security.Cryptography;

namespace Cli.Replay;

/// <summary>A pod list and the hash of its text: compressed or not, the same list has the same hash.</summary>
internal sealed record ReplayFile(IReadOnlyList<PodRow> Rows, string Hash)
{
    /// <summary>More than this after decompression is no pod list.</summary>
    private const int MaxBytes = 1 << 30;

    /// <exception cref="CliException">Usage.</exception>
    public static ReplayFile Open(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var bytes = new MemoryStream();
            if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            {
                using var gzip = new GZipStream(file, CompressionMode.Decompress);
                Copy(path, gzip, bytes);
            }
            else
            {
                Copy(path, file, bytes);
            }

            var hash = Convert.ToHexStringLower(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
            bytes.Position = 0;
            using var reader = new StreamReader(bytes);
            return new ReplayFile(PodCsv.Read(path, reader), hash);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw CliException.Usage($"{path} cannot be read: {e.Message}");
        }
    }

    private static void Copy(string path, Stream from, MemoryStream to)
    {
        var buffer = new byte[81_920];
        int read;
        while ((read = from.Read(buffer)) > 0)
        {
            if (to.Length + read > MaxBytes)
            {
                throw CliException.Usage($"{path} is larger than {MaxBytes >> 20} MiB; split it");
            }

            to.Write(buffer, 0, read);
        }
    }
}
