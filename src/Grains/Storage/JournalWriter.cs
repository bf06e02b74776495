using System.Runtime.ExceptionServices;
using Scheduling;

namespace Grains.Storage;

/// <summary>
/// One grain's journal: what it wrote is read back at activation, and then it appends. Appends may be asked for while others are
/// under way; to the store goes one at a time, and all that gather behind it go together as the next. Pipelining them would be
/// wrong, not only slower: behind an append that is refused because another writer came in between, a later one could fit.
/// </summary>
/// <typeparam name="TEntry">One change of the state; a closed family when there are several kinds.</typeparam>
/// <typeparam name="TSnapshot">The whole state.</typeparam>
public sealed class JournalWriter<TEntry, TSnapshot> where TSnapshot : class
{
    private readonly IJournalStore _store;
    private readonly string _stream;
    private readonly JournalOptions _options;

    // A grain's turns need no lock; it is for callers without a scheduler of their own, and never held across an await.
    private readonly Lock _gate = new();
    private List<ReadOnlyMemory<byte>> _gathered = [];
    private Task _sending = Task.CompletedTask;
    private Task? _next;
    private ExceptionDispatchInfo? _failure;
    private long _sentPosition;
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
        var writer = new JournalWriter<TEntry, TSnapshot>(store, stream, options ?? store.Options)
        {
            Position = contents.Position,
            _sentPosition = contents.Position,
            _snapshotBytes = contents.Snapshot?.Length ?? 0,
            _tailEntries = contents.Entries.Count,
            _tailBytes = contents.Entries.Sum(e => (long)e.Length),
        };
        if (contents.Snapshot is not null)
            restore(writer.Decode<TSnapshot>(contents.Snapshot, contents.SnapshotPosition));
        for (var i = 0; i < contents.Entries.Count; i++)
        {
            var at = Guards.Hold(Guard.JournalOrder) ? i : contents.Entries.Count - 1 - i;
            apply(writer.Decode<TEntry>(contents.Entries[at], contents.SnapshotPosition + at + 1));
        }

        return writer;
    }

    /// <summary>
    /// Appends all entries or none; they are encoded before this returns, in call order, and durable when the task completes.
    /// No entries: completes with the append before. After one failure every later append fails the same way: open anew.
    /// </summary>
    /// <exception cref="Orleans.Storage.InconsistentStateException">Another writer has taken over the stream.</exception>
    public Task AppendAsync(IReadOnlyList<TEntry> entries)
    {
        var encoded = new ReadOnlyMemory<byte>[entries.Count];
        var bytes = 0L;
        for (var i = 0; i < encoded.Length; i++)
        {
            encoded[i] = RecordCodec.Encode(entries[i]);
            bytes += encoded[i].Length;
        }

        lock (_gate)
        {
            if (_failure is not null)
                return Task.FromException(_failure.SourceException);
            if (encoded.Length == 0)
                return LastAppend;
            Position += encoded.Length;
            _tailEntries += encoded.Length;
            _tailBytes += bytes;
            _gathered.AddRange(encoded);
            return _sending.IsCompleted && _next is null ? _sending = SendGathered() : _next ??= SendNext(_sending);
        }
    }

    /// <summary>
    /// Replaces the entries up to <see cref="Position"/> by their sum. The snapshot is encoded before this returns; it is written
    /// once the appends in flight are durable, because a state that holds a refused entry must never become the snapshot.
    /// Later appends need not wait for it. A failure leaves the journal as it was, and usable.
    /// </summary>
    public Task SnapshotAsync(TSnapshot snapshot)
    {
        var encoded = RecordCodec.Encode(snapshot);
        lock (_gate)
        {
            if (_failure is not null)
                return Task.FromException(_failure.SourceException);
            if (_snapshotting)
                return Task.FromException(new InvalidOperationException($"A snapshot of {_stream} is being written already."));
            _snapshotting = true;
            return WriteSnapshot(Position, _tailEntries, _tailBytes, encoded, LastAppend);
        }
    }

    private Task LastAppend => _next ?? _sending;

    private async Task SendNext(Task before)
    {
        // Never at once, even when it has just ended on another thread: _next must be set by the time it is taken away, or whoever comes
        // later joins an append that has left without him. How it ended is told to those who wait for it; here it counts as _failure.
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Task sending;
        lock (_gate)
        {
            _next = null;
            _failure?.Throw();
            sending = _sending = SendGathered();
        }

        await sending;
    }

    /// <summary>Starts within the lock: what was gathered leaves in the order in which it came.</summary>
    private Task SendGathered()
    {
        var entries = _gathered;
        var expected = _sentPosition;
        _gathered = [];
        _sentPosition += entries.Count;
        return Send(expected, entries);
    }

    private async Task Send(long expected, List<ReadOnlyMemory<byte>> entries)
    {
        try
        {
            await _store.Append(_stream, expected, entries);
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
    }

    private async Task WriteSnapshot(long position, long entries, long bytes, byte[] encoded, Task appends)
    {
        try
        {
            await appends;
            await _store.WriteSnapshot(_stream, position, encoded);
            lock (_gate)
            {
                _snapshotBytes = encoded.Length;
                _tailEntries -= entries;
                _tailBytes -= bytes;
            }
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
