using System.Globalization;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Grains.Storage;

namespace Silo.Storage.Blobs;

/// <summary>The blobs of one stream: a head, logs and snapshots. Reads need nothing that this process remembers.</summary>
internal sealed class StreamBlobs(BlobContainerClient container, string stream)
{
    public const string Root = "journals/";

    private const int MostLooks = 5;

    private readonly string _folder = $"{Root}{Escape(stream)}/";

    public string Stream => stream;

    public AppendBlobClient Log(long from) => container.GetAppendBlobClient($"{_folder}log-{Digits(from)}");

    public BlobClient Head => container.GetBlobClient($"{_folder}head");

    public BlobClient Snapshot(string name) => container.GetBlobClient(_folder + name);

    public static string SnapshotName(long position) => $"snapshot-{Digits(position)}-{BlobDatabase.NewName()}";

    /// <summary>The stream that a blob belongs to; null for others.</summary>
    public static string? StreamOf(string blob) => blob.StartsWith(Root, StringComparison.Ordinal) && blob.LastIndexOf('/') is var end and > 8
        ? Unescape(blob[Root.Length..end])
        : null;

    /// <summary>The head and its ETag; a stream without one has neither snapshot nor past.</summary>
    public async Task<(JournalHead Head, ETag? ETag)> ReadHead(CancellationToken cancellationToken)
    {
        try
        {
            var content = (await Head.DownloadContentAsync(cancellationToken)).Value;
            return (JournalHead.Decode(content.Content, stream), content.Details.ETag);
        }
        catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
        {
            return (new JournalHead(), null);
        }
    }

    /// <summary>A look at the stream that is of one moment: when a snapshot takes its place meanwhile, it looks again.</summary>
    /// <param name="look">Null, or a tail in a log that is not there: that may be so because it was swept away meanwhile.</param>
    public async Task<T> Look<T>(Func<JournalHead, Task<(T Found, bool IsSure)?>> look, CancellationToken cancellationToken)
    {
        var (head, etag) = await ReadHead(cancellationToken);
        for (var tries = 0; tries < MostLooks; tries++)
        {
            var found = await look(head);
            if (found is { IsSure: true } sure)
                return sure.Found;
            var before = etag;
            (head, etag) = await ReadHead(cancellationToken);
            if (found is { } all && etag == before)
                return all.Found;
        }

        throw new StorageException($"Stream {stream} changed {MostLooks} times while it was read, or blobs of it are missing.");
    }

    /// <summary>A snapshot's bytes; null when it is gone.</summary>
    public async Task<byte[]?> ReadSnapshot(string name, CancellationToken cancellationToken)
    {
        try
        {
            return (await Snapshot(name).DownloadContentAsync(cancellationToken)).Value.Content.ToArray();
        }
        catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
        {
            return null;
        }
    }

    /// <summary>Entries after a position, from the log that holds it on.</summary>
    /// <param name="log">Where to begin.</param>
    /// <param name="after">The position.</param>
    /// <param name="most">Enough: it stops after the log with the last of them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<(List<byte[]> Entries, StreamTail Tail)> ReadFrom(long log, long after, long most, CancellationToken cancellationToken)
    {
        var entries = new List<byte[]>();
        var tail = StreamTail.Start(log);
        while (true)
        {
            var (frames, next) = await ReadLog(tail, cancellationToken);
            var position = tail.Position;
            foreach (var frame in frames)
            {
                if (frame.First != position)
                    throw new StorageException($"Journal {stream} is damaged: after entry {position} comes what was written after {frame.First}.");
                entries.AddRange(frame.Entries.Skip((int)Math.Clamp(after - position, 0, frame.Entries.Count)));
                position += frame.Entries.Count;
            }

            if (next.Log == tail.Log || entries.Count >= most)
                return (entries, next);
            tail = next;
        }
    }

    /// <summary>Makes a stream that begins at a position, of which nothing is there yet.</summary>
    public async Task Begin(long position, byte[]? snapshot)
    {
        var head = new JournalHead { SnapshotPosition = position, Logs = [position], Snapshot = snapshot is null ? null : SnapshotName(position) };
        if (snapshot is not null)
            await Snapshot(head.Snapshot!).UploadAsync(BinaryData.FromBytes(snapshot), overwrite: true);
        await Head.UploadAsync(BinaryData.FromBytes(head.Encode()), new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } });
    }

    /// <summary>What one log holds behind a tail, and where it ends; behind a seal that is the next log's beginning.</summary>
    public async Task<(List<JournalFrame> Frames, StreamTail Tail)> ReadLog(StreamTail start, CancellationToken cancellationToken)
    {
        BlobDownloadResult content;
        try
        {
            content = (await Log(start.Log).DownloadContentAsync(
                new BlobDownloadOptions { Range = start.Offset == 0 ? default : new HttpRange(start.Offset) }, cancellationToken)).Value;
        }
        catch (RequestFailedException e) when (BlobErrors.IsMissing(e))
        {
            return ([], start);
        }
        catch (RequestFailedException e) when (BlobErrors.IsBehindEnd(e))
        {
            return ([], start with { Exists = true });
        }

        var bytes = content.Content.ToMemory();
        var frames = JournalFrame.Decode(bytes.Span, $"{stream} from {start.Log}");
        var tail = start with
        {
            Exists = true,
            Offset = start.Offset + bytes.Length,
            Position = start.Position + frames.Sum(f => (long)f.Entries.Count),
            Blocks = content.Details.BlobCommittedBlockCount,
        };
        return (frames, frames is [.., { Kind: JournalFrameKind.Seal }] ? tail.Sealed() : tail);
    }

    /// <summary>Removes what the head no longer names; whatever cannot be removed now goes with a later snapshot.</summary>
    public async Task Sweep(JournalHead head)
    {
        var kept = head.Segments.Select(s => s.Snapshot).Append(head.Snapshot).ToHashSet();
        await foreach (var blob in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, _folder, CancellationToken.None))
        {
            var name = blob.Name[_folder.Length..];
            // A snapshot that is newer than the head may be another process's, which the head is about to name.
            var isOld = name.StartsWith("snapshot-", StringComparison.Ordinal) ? !kept.Contains(name) && PositionOf(name) < head.SnapshotPosition
                : name.StartsWith("log-", StringComparison.Ordinal) && PositionOf(name) < head.Logs[0];
            if (isOld)
                await container.DeleteBlobIfExistsAsync(blob.Name);
        }
    }

    private static long PositionOf(string name) => long.Parse(name.AsSpan(name.IndexOf('-', StringComparison.Ordinal) + 1, 19), CultureInfo.InvariantCulture);

    private static string Digits(long position) => position.ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>One folder for each stream: letters, digits, '-' and '_' as they are, everything else as =XX of its UTF-8.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length + 8);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'_')
                escaped.Append((char)b);
            else
                escaped.Append('=').Append(b.ToString("X2", CultureInfo.InvariantCulture));
        }

        return escaped.ToString();
    }

    private static string Unescape(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '=')
            {
                bytes.Add((byte)text[i]);
                continue;
            }

            bytes.Add(byte.Parse(text.AsSpan(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            i += 2;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
