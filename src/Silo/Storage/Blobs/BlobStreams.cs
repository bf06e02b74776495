using System.Collections.Concurrent;

namespace Silo.Storage.Blobs;

/// <summary>The streams that this process has read or written.</summary>
internal sealed class BlobStreams(BlobDatabase database) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<StreamWriter>> _writers = new(StringComparer.Ordinal);
    private volatile bool _closed;

    public StreamBlobs Blobs(string stream) => new(database.Container, stream);

    public StreamWriter Writer(string stream)
    {
        var writer = _writers.GetOrAdd(stream, static (name, db) => new Lazy<StreamWriter>(() => new StreamWriter(db, new StreamBlobs(db.Container, name))), database).Value;
        if (_closed)
            _ = writer.Stop();
        return writer;
    }

    /// <summary>A reader's news; of a stream that nobody writes here it is not kept.</summary>
    public void Learn(string stream, StreamTail tail)
    {
        if (_writers.TryGetValue(stream, out var writer))
            writer.Value.Learn(tail);
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        await Task.WhenAll(_writers.Values.Select(w => w.Value.Stop()));
    }
}
