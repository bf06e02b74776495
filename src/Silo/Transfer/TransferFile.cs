using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Grains.Storage;

namespace Silo.Transfer;

/// <summary>
/// A copy of a store as a file: a line that names the format, then, compressed, one item after the other, each with kind and length before it. The last holds the counts of
/// all, and the SHA-256 of everything before it, so that a file that is cut off or changed is not taken for a copy.
/// </summary>
internal static class TransferFile
{
    public const int Format = 1;

    private const string Magic = "orleans-scheduler store export, format ";
    private const int MostBytes = 1 << 30;

    private enum Kind : byte
    {
        Record = 1,
        StreamBegins = 2,
        Entries = 3,
        SegmentCloses = 4,
        StreamEnds = 5,
        End = 9,
    }

    /// <summary>Writes all items, and the end; answers what was written.</summary>
    public static async Task<TransferCounts> Write(Stream file, IAsyncEnumerable<TransferItem> items, CancellationToken cancellationToken)
    {
        await file.WriteAsync(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{Magic}{Format}\n")), cancellationToken);
        await using var packed = new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var counts = TransferCounts.None;
        await foreach (var item in items.WithCancellation(cancellationToken))
        {
            counts = counts.With(item);
            await Put(packed, hash, Encode(item), cancellationToken);
        }

        var end = Encode(new TransferItem.End(counts));
        hash.AppendData(end);
        await packed.WriteAsync((byte[])[.. end, .. hash.GetHashAndReset()], cancellationToken);
        return counts;
    }

    /// <summary>All items of a file; the last is its end, and only then is it known to be whole.</summary>
    /// <exception cref="TransferException">It is none, is of a newer program, or is damaged.</exception>
    public static async IAsyncEnumerable<TransferItem> Read(Stream file, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await CheckMagic(file, cancellationToken);
        await using var packed = new BufferedStream(new GZipStream(file, CompressionMode.Decompress, leaveOpen: true), 1 << 16);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var counts = TransferCounts.None;
        while (true)
        {
            var item = await Next(packed, hash, cancellationToken);
            counts = counts.With(item);
            if (item is TransferItem.End end)
            {
                var stored = new byte[SHA256.HashSizeInBytes];
                await Fill(packed, stored, cancellationToken);
                if (!stored.AsSpan().SequenceEqual(hash.GetHashAndReset()) || end.Counts != counts)
                    throw new TransferException("The file is damaged: its checksum is another. Take another copy.");
            }

            yield return item;
            if (item is TransferItem.End)
                yield break;
        }
    }

    private static async Task CheckMagic(Stream file, CancellationToken cancellationToken)
    {
        var line = new List<byte>();
        var one = new byte[1];
        while (line.Count < 100 && await file.ReadAsync(one, cancellationToken) == 1 && one[0] != '\n')
            line.Add(one[0]);
        var text = Encoding.ASCII.GetString([.. line]);
        if (!text.StartsWith(Magic, StringComparison.Ordinal))
            throw new TransferException("The file is no export of a store.");
        if (text[Magic.Length..] != FormattableString.Invariant($"{Format}"))
            throw new TransferException($"The file has format {text[Magic.Length..]}, this program reads {Format}: use the program that wrote it, or a newer one.");
    }

    private static async Task Put(Stream packed, IncrementalHash hash, byte[] bytes, CancellationToken cancellationToken)
    {
        hash.AppendData(bytes);
        await packed.WriteAsync(bytes, cancellationToken);
    }

    private static async Task<TransferItem> Next(Stream packed, IncrementalHash hash, CancellationToken cancellationToken)
    {
        var head = new byte[5];
        await Fill(packed, head, cancellationToken);
        var length = BitConverter.ToInt32(head, 1);
        if (length is < 0 or > MostBytes)
            throw new TransferException("The file is damaged: an item's length makes no sense. Take another copy.");
        var body = new byte[length];
        await Fill(packed, body, cancellationToken);
        hash.AppendData(head);
        hash.AppendData(body);
        try
        {
            using var reader = new BinaryReader(new MemoryStream(body), Encoding.UTF8);
            return Decode((Kind)head[0], reader);
        }
        catch (Exception e) when (e is IOException or ArgumentException or RecordFormatException)
        {
            throw new TransferException("The file is damaged: an item cannot be read. Take another copy.", e);
        }
    }

    private static async Task Fill(Stream packed, byte[] bytes, CancellationToken cancellationToken)
    {
        try
        {
            await packed.ReadExactlyAsync(bytes, cancellationToken);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException)
        {
            throw new TransferException("The file is cut off or damaged. Take another copy.", e);
        }
    }

    private static byte[] Encode(TransferItem item)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write((byte)KindOf(item));
        writer.Write(0);
        switch (item)
        {
            case TransferItem.Record { Value: var record }:
                writer.Write(record.Name);
                writer.Write(record.Grain);
                Bytes(record.Body);
                Bytes(record.Row is null ? null : RecordCodec.Encode(record.Row));
                break;
            case TransferItem.StreamBegins begins:
                writer.Write(begins.Stream);
                writer.Write(begins.Position);
                Bytes(begins.Snapshot);
                break;
            case TransferItem.Entries entries:
                writer.Write(entries.Values.Count);
                foreach (var entry in entries.Values)
                    Bytes(entry);
                break;
            case TransferItem.SegmentCloses { Segment: var segment } closes:
                foreach (var number in (long[])[segment.Position, segment.End, segment.Mark, segment.Bytes, segment.ClosedAt!.Value.UtcTicks])
                    writer.Write(number);
                Bytes(closes.Snapshot);
                break;
            case TransferItem.End { Counts: var counts }:
                foreach (var number in (long[])[counts.Records, counts.Jobs, counts.Streams, counts.Entries])
                    writer.Write(number);
                break;
        }

        writer.Flush();
        var encoded = bytes.ToArray();
        BitConverter.TryWriteBytes(encoded.AsSpan(1), encoded.Length - 5);
        return encoded;

        void Bytes(byte[]? value)
        {
            writer.Write(value?.Length ?? -1);
            writer.Write(value ?? []);
        }
    }

    private static Kind KindOf(TransferItem item) => item switch
    {
        TransferItem.Record => Kind.Record,
        TransferItem.StreamBegins => Kind.StreamBegins,
        TransferItem.Entries => Kind.Entries,
        TransferItem.SegmentCloses => Kind.SegmentCloses,
        TransferItem.StreamEnds => Kind.StreamEnds,
        _ => Kind.End,
    };

    private static TransferItem Decode(Kind kind, BinaryReader reader)
    {
        return kind switch
        {
            Kind.Record => new TransferItem.Record(new StoredRecord(
                reader.ReadString(), reader.ReadString(), Bytes()!, Bytes() is { } row ? RecordCodec.Decode<JobIndexRow>(row) : null)),
            Kind.StreamBegins => new TransferItem.StreamBegins(reader.ReadString(), reader.ReadInt64(), Bytes()),
            Kind.Entries => new TransferItem.Entries([.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => Bytes()!)]),
            Kind.SegmentCloses => new TransferItem.SegmentCloses(
                new JournalSegment(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero)), Bytes()!),
            Kind.StreamEnds => new TransferItem.StreamEnds(),
            Kind.End => new TransferItem.End(new TransferCounts(reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64())),
            _ => throw new TransferException($"The file holds an item of kind {(byte)kind}, which this program does not know."),
        };

        byte[]? Bytes() => reader.ReadInt32() is var length and >= 0 ? reader.ReadBytes(length) : null;
    }
}
