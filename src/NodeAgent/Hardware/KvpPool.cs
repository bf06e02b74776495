using System.Text;

namespace NodeAgent.Hardware;

/// <summary>
/// What Hyper-V's host tells its guest of itself. The guest's daemon writes it to a file: records of 512 bytes for the key and 2048 for the value, each filled up with
/// zeros. Source: Linux, tools/hv/hv_kvp_daemon.c (struct kvp_record) and include/uapi/linux/hyperv.h (the two sizes; pool 3 is what the host says by itself).
/// </summary>
internal static class KvpPool
{
    private const string HostKey = "PhysicalHostNameFullyQualified";
    private const int KeyBytes = 512;
    private const int ValueBytes = 2048;

    /// <summary>The daemon keeps no limit; a host says some ten things.</summary>
    private const int MostRecords = 400;

    /// <summary>The physical host; null: there is no such file, or it does not say.</summary>
    public static async Task<string?> Host(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, useAsync: true);
            var record = new byte[KeyBytes + ValueBytes];

            // The last record of a file that is being written may be short: it is not there yet.
            for (var read = 0; read < MostRecords && await file.ReadAtLeastAsync(record, record.Length, throwOnEndOfStream: false, cancellationToken) == record.Length; read++)
            {
                if (Text(record.AsSpan(0, KeyBytes)) == HostKey)
                {
                    return Text(record.AsSpan(KeyBytes)) is { Length: > 0 } host ? host : null;
                }
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    private static string Text(ReadOnlySpan<byte> padded)
    {
        var end = padded.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? padded : padded[..end]).Trim();
    }
}
