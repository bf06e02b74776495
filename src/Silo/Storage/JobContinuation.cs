using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Grains.Storage;
using Scheduling.Model;

namespace Silo.Storage;

/// <summary>
/// The place after one row in newest-first order, as base64url of: version byte, UTC ticks (8 bytes), job id, checksum (4 bytes).
/// It grants nothing: a query's filters hold whatever it says. The checksum only tells a damaged one from a page without rows.
/// </summary>
internal readonly record struct JobContinuation(DateTimeOffset SubmittedAt, JobId Job)
{
    private const byte Version = 1;
    private const int Fixed = 1 + 8 + 4;
    private const int MaxLength = 1024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static JobContinuation Of(JobIndexRow row) => new(row.SubmittedAt, row.Job);

    public override string ToString()
    {
        var id = Encoding.UTF8.GetBytes(Job.Value);
        Span<byte> bytes = stackalloc byte[Fixed + id.Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], SubmittedAt.UtcTicks);
        id.CopyTo(bytes[9..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[^4..], Checksum(bytes[..^4]));
        return Base64Url.EncodeToString(bytes);
    }

    /// <exception cref="InvalidContinuationException">The text was not made by <see cref="ToString"/>.</exception>
    public static JobContinuation Parse(string text)
    {
        if (text.Length is 0 or > MaxLength || !Base64Url.IsValid(text))
            throw new InvalidContinuationException();
        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(text);
        if (bytes.Length <= Fixed || bytes[0] != Version || BinaryPrimitives.ReadUInt32BigEndian(bytes[^4..]) != Checksum(bytes[..^4]))
            throw new InvalidContinuationException();

        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        if (ticks < 0 || ticks > DateTimeOffset.MaxValue.UtcTicks)
            throw new InvalidContinuationException();
        try
        {
            return new JobContinuation(new DateTimeOffset(ticks, TimeSpan.Zero), new JobId(StrictUtf8.GetString(bytes[9..^4])));
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidContinuationException();
        }
    }

    /// <summary>FNV-1a: it guards against mistakes, not against intent.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var hash = 2166136261u;
        foreach (var b in bytes)
            hash = unchecked((hash ^ b) * 16777619u);
        return hash;
    }
}
