using System.Runtime.ExceptionServices;

namespace Grains.Storage;

/// <summary>
/// One grain's journal: what it wrote is read back at activation, and then it appends, several appends in flight at once.
/// Used from one grain's turns: never two calls at the same instant, but calls between another one's start and end.
/// </summary>
/// <typeparam name="TEntry">One change of the state; a closed family when there are several kinds.</typeparam>
/// <typeparam name="TSnapshot">The whole state.</typeparam>
public sealed class JournalWriter<TEntry, TSnapshot> where TSnapshot : class
{
    private readonly IJournalStore _store;
    private readonly string _stream;
    private readonly JournalOptions _options;
    private Task _lastAppend = Task.CompletedTask;
    private ExceptionDispatchInfo? _failure;
    private bool _snapshotting;
    private long _snapshotBytes;
    private long _tailEntries;
    private long _tailBytes;

    private JournalWriter(IJournalStore store, string stream, JournalOptions options)
    {
        _store = store;
        _stream = stream;
        _options = options;
    }

    /// <summary>The position of the last entry that this writer appended, those in flight included.</summary>
    public long Position { get; private set; }

    /// <summary>
    /// The entries since the last snapshot outnumber <see cref="JournalOptions.MinEntries"/> and outweigh the snapshot.
    /// False while a snapshot is being written and after a failure.
    /// </summary>
    public bool WantsSnapshot => !_snapshotting && _failure is null
        && _tailEntries >= _options.MinEntries && _tailBytes >= _snapshotBytes * _options.SizeFactor;

    /// <summary>Reads the stream: <paramref name="restore"/> once if there is a snapshot, then <paramref name="apply"/> for each entry after it.</summary>
    /// <exception cref="RecordFormatException">A stored record cannot be read.</exception>
    public static async Task<JournalWriter<TEntry, TSnapshot>> OpenAsync(
        IJournalStore store,
        string stream,
        Action<TSnapshot> restore,
        Action<TEntry> apply,
        JournalOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var contents = await store.Read(stream, cancellationToken);
        var writer = new JournalWriter<TEntry, TSnapshot>(store, stream, options ?? JournalOptions.Default)
        {
            Position = contents.Position,
            _snapshotBytes = contents.Snapshot?.Length ?? 0,
            _tailEntries = contents.Entries.Count,
            _tailBytes = contents.Entries.Sum(e => (long)e.Length),
        };
        if (contents.Snapshot is not null)
            restore(writer.Decode<TSnapshot>(contents.Snapshot, contents.SnapshotPosition));
        for (var i = 0; i < contents.Entries.Count; i++)
            apply(writer.Decode<TEntry>(contents.Entries[i], contents.SnapshotPosition + i + 1));
        return writer;
    }

    /// <summary>
    /// Appends all entries or none; they are encoded before this returns, in call order, and durable when the task completes.
    /// No entries: completes with the append before. After one failure every later append fails the same way: open anew.
    /// </summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">Another writer has taken over the stream.</exception>
    public Task AppendAsync(IReadOnlyList<TEntry> entries)
    {
        if (_failure is not null)
            return Task.FromException(_failure.SourceException);
        if (entries.Count == 0)
            return _lastAppend;

        var encoded = new ReadOnlyMemory<byte>[entries.Count];
        var bytes = 0L;
        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] = RecordCodec.Encode(entries[i]);
            bytes += encoded[i].Length;
        }

        var expected = Position;
        Position += encoded.Length;
        _tailEntries += encoded.Length;
        _tailBytes += bytes;
        return _lastAppend = Append(expected, encoded);
    }

    /// <summary>
    /// Replaces the entries up to <see cref="Position"/> by their sum. The snapshot is encoded before this returns; it is written
    /// once the appends in flight are durable, because a state that holds a refused entry must never become the snapshot.
    /// Later appends need not wait for it. A failure leaves the journal as it was, and usable.
    /// </summary>
    public Task SnapshotAsync(TSnapshot snapshot)
    {
        if (_failure is not null)
            return Task.FromException(_failure.SourceException);
        if (_snapshotting)
            throw new InvalidOperationException($"A snapshot of {_stream} is being written already.");
        var encoded = RecordCodec.Encode(snapshot);
        _snapshotting = true;
        return WriteSnapshot(Position, _tailEntries, _tailBytes, encoded, _lastAppend);
    }

    private async Task Append(long expected, ReadOnlyMemory<byte>[] encoded)
    {
        try
        {
            await _store.Append(_stream, expected, encoded);
        }
        catch (Exception e)
        {
            // An append behind a failed one is refused for its position only: report the cause.
            _failure ??= ExceptionDispatchInfo.Capture(e);
            _failure.Throw();
        }
    }

    private async Task WriteSnapshot(long position, long entries, long bytes, byte[] encoded, Task appends)
    {
        try
        {
            await appends;
            await _store.WriteSnapshot(_stream, position, encoded);
            _snapshotBytes = encoded.Length;
            _tailEntries -= entries;
            _tailBytes -= bytes;
        }
        finally
        {
            _snapshotting = false;
        }
    }

    private T Decode<T>(byte[] bytes, long position)
    {
        try
        {
            return RecordCodec.Decode<T>(bytes);
        }
        catch (RecordFormatException e)
        {
            throw new RecordFormatException($"Stream {_stream}, position {position}: {e.Message}", e);
        }
    }
}
