using Grains.Storage;

namespace Silo.Transfer;

/// <summary>A grain's record in its stored form.</summary>
/// <param name="Row">The columns of a job.</param>
internal sealed record StoredRecord(string Name, string Grain, byte[] Body, JobIndexRow? Row);

/// <summary>A whole store, opened by nobody else, to be copied from.</summary>
internal interface IStoreContents : IAsyncDisposable
{
    /// <summary>Names the store for people.</summary>
    string Description { get; }

    IJournalStore Journals { get; }

    IAsyncEnumerable<StoredRecord> Records(CancellationToken cancellationToken);

    IAsyncEnumerable<string> Streams(CancellationToken cancellationToken);
}

/// <summary>An empty store, opened by nobody else, to be copied into: all that was written, once it is committed, or nothing.</summary>
internal interface IStoreTarget : IAsyncDisposable
{
    string Description { get; }

    Task Put(StoredRecord record);

    /// <summary>A stream whose past begins at a position, with the snapshot of it where there is one.</summary>
    Task BeginStream(string stream, long position, byte[]? snapshot);

    /// <summary>The next entries of the stream that was begun last.</summary>
    Task AddEntries(IReadOnlyList<byte[]> entries);

    /// <summary>Its entries so far since the last snapshot are closed as a segment by a snapshot.</summary>
    Task CloseSegment(JournalSegment segment, byte[] snapshot);

    /// <summary>Its last snapshot and the entries after it are the present.</summary>
    Task EndStream();

    Task Commit();
}
