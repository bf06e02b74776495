using System.Buffers.Binary;
using System.Numerics;
using Grains.Storage;

namespace Silo.Storage.Blobs;

internal enum JournalFrameKind : byte
{
    /// <summary>Entries, all of one append or of several that shared a block.</summary>
    Entries = 1,

    /// <summary>The log ends here; the next is named after this position.</summary>
    Seal = 2,

    /// <summary>Nothing: it moves the end, so that a block still on its way is refused.</summary>
    Fence = 3,
}

/// <summary>
/// What one appended block holds: 40 bytes of head (magic, version, kind, writer, number of the writer's batch, position before it, count, length, CRC-32C), then each
/// entry with its length before it. A block is appended whole or not at all.
/// </summary>
internal sealed record JournalFrame(JournalFrameKind Kind, long Writer, long Batch, long First, IReadOnlyList<byte[]> Entries)
{
    private const int HeadBytes = 40;
    private const byte Version = 1;

    /// <summary>The frame's bytes.</summary>
    public static byte[] Encode(JournalFrameKind kind, long writer, long batch, long first, IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        var bytes = new byte[HeadBytes + entries.Sum(e => 4L + e.Length)];
        var span = bytes.AsSpan();
        "SJ"u8.CopyTo(span);
        (span[2], span[3]) = (Version, (byte)kind);
        BinaryPrimitives.WriteInt64LittleEndian(span[4..], writer);
        BinaryPrimitives.WriteInt64LittleEndian(span[12..], batch);
        BinaryPrimitives.WriteInt64LittleEndian(span[20..], first);
        BinaryPrimitives.WriteInt32LittleEndian(span[28..], entries.Count);
        BinaryPrimitives.WriteInt32LittleEndian(span[32..], bytes.Length - HeadBytes);
        var at = HeadBytes;
        foreach (var entry in entries)
        {
            BinaryPrimitives.WriteInt32LittleEndian(span[at..], entry.Length);
            entry.Span.CopyTo(span[(at + 4)..]);
            at += 4 + entry.Length;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(span[36..], Checksum(span));
        return bytes;
    }

    /// <summary>All frames of a log, or of its end.</summary>
    /// <exception cref="StorageException">They are not what was written.</exception>
    public static List<JournalFrame> Decode(ReadOnlySpan<byte> bytes, string log)
    {
        var frames = new List<JournalFrame>();
        for (var at = 0; at < bytes.Length;)
        {
            var rest = bytes[at..];
            if (rest.Length < HeadBytes || !rest.StartsWith("SJ"u8) || rest[2] != Version)
                throw Damaged(log, at);
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest[32..]);
            if (length < 0 || rest.Length < HeadBytes + length)
                throw Damaged(log, at);
            var frame = rest[..(HeadBytes + length)];
            if (BinaryPrimitives.ReadUInt32LittleEndian(frame[36..]) != Checksum(frame))
                throw Damaged(log, at);
            frames.Add(new JournalFrame(
                (JournalFrameKind)frame[3],
                BinaryPrimitives.ReadInt64LittleEndian(frame[4..]),
                BinaryPrimitives.ReadInt64LittleEndian(frame[12..]),
                BinaryPrimitives.ReadInt64LittleEndian(frame[20..]),
                Split(frame[HeadBytes..], BinaryPrimitives.ReadInt32LittleEndian(frame[28..]))));
            at += frame.Length;
        }

        return frames;
    }

    private static byte[][] Split(ReadOnlySpan<byte> payload, int count)
    {
        var entries = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(payload);
            entries[i] = payload.Slice(4, length).ToArray();
            payload = payload[(4 + length)..];
        }

        return entries;
    }

    private static uint Checksum(ReadOnlySpan<byte> frame)
    {
        var crc = Crc(~0u, frame[4..36]);
        return ~Crc(crc, frame[HeadBytes..]);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes)
            crc = BitOperations.Crc32C(crc, b);
        return crc;
    }

    private static StorageException Damaged(string log, int at) => new($"Journal {log} is damaged at byte {at} of what was read: restore a backup.");
}
