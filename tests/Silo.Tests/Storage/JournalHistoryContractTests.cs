using System.Text;
using Grains.Storage;
using Silo.Tests.Support;

namespace Silo.Tests.Storage;

/// <summary>What every store promises of a journal's past.</summary>
public abstract class JournalHistoryContractTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly IStorageUnderTest _storage;

    protected JournalHistoryContractTests(IStorageUnderTest storage) => _storage = storage;

    private IJournalStore Store => _storage.Journals;

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_stream_never_written_has_no_history()
    {
        Assert.Empty(await Store.ListHistory("s"));
        Assert.Null(await Store.ReadSnapshot("s", 0));
        Assert.Empty(await Store.ReadEntries("s", 0, 10));
    }

    [Fact]
    public async Task What_a_snapshot_replaces_is_kept_as_a_segment_with_the_snapshot_before_it()
    {
        await Store.Append("s", 0, "a", "b");
        await Snapshot(2, "ab", hour: 1, mark: 7);
        await Store.Append("s", 2, "c", "d", "e");
        await Snapshot(4, "abcd", hour: 2, mark: 8);
        await _storage.Reopen();

        Assert.Equal(
            [new JournalSegment(0, 2, 7, 2, Noon.AddHours(1)), new JournalSegment(2, 4, 8, 2, Noon.AddHours(2)), new JournalSegment(4, 5, 0, 0, null)],
            await Store.ListHistory("s"));
        Assert.Null(await Store.ReadSnapshot("s", 0));
        Assert.Equal("ab", Text(await Store.ReadSnapshot("s", 2)));
        Assert.Equal("abcd", Text(await Store.ReadSnapshot("s", 4)));
        Assert.Null(await Store.ReadSnapshot("s", 3));

        // The journal itself is as if nothing were kept.
        var contents = await Store.Read("s");
        Assert.Equal(("abcd", 4L), (contents.SnapshotText()!, contents.SnapshotPosition));
        Assert.Equal(["e"], contents.Texts());
    }

    [Theory]
    [InlineData(0, 10, "a b c d e")]
    [InlineData(1, 3, "b c d")]
    [InlineData(3, 1, "d")]
    [InlineData(4, 9, "e")]
    [InlineData(5, 9, "")]
    [InlineData(9, 9, "")]
    public async Task Entries_are_read_in_pages_across_segments(long after, int most, string expected)
    {
        await Store.Append("s", 0, "a", "b");
        await Snapshot(2, "ab", hour: 1);
        await Store.Append("s", 2, "c", "d", "e");
        await Snapshot(4, "abcd", hour: 2);

        Assert.Equal(expected, string.Join(' ', (await Store.ReadEntries("s", after, most)).Select(Text)));
    }

    [Fact]
    public async Task Segments_that_ended_too_long_ago_are_dropped_with_the_next_snapshot()
    {
        for (var hour = 1; hour <= 4; hour++)
        {
            await Store.Append("s", hour - 1, "x");
            await Snapshot(hour, $"s{hour}", hour, maxAge: TimeSpan.FromHours(2));
        }

        Assert.Equal([1, 2, 3, 4], (await Store.ListHistory("s")).Select(s => s.Position));
        Assert.Empty(await Store.ReadEntries("s", 0, 10));
        Assert.Equal(3, (await Store.ReadEntries("s", 1, 10)).Count);
        Assert.Equal("s1", Text(await Store.ReadSnapshot("s", 1)));
    }

    [Fact]
    public async Task Of_too_many_bytes_the_oldest_go_and_nothing_piles_up()
    {
        for (var n = 0; n < 200; n++)
        {
            await Store.Append("s", n * 20, [.. Enumerable.Repeat("entry", 20)]);
            await Snapshot((n + 1) * 20, "s", hour: 1, maxBytes: 500, bytes: 100);
        }

        var kept = await Store.ListHistory("s");
        Assert.Equal(6, kept.Count);
        Assert.Equal(3900, kept[0].Position);
        Assert.Empty(await Store.ReadEntries("s", kept[0].Position - 1, 10));
        Assert.Empty(await Store.ReadEntries("s", 0, 10));
        Assert.Equal(100, (await Store.ReadEntries("s", kept[0].Position, 1000)).Count);
    }

    [Fact]
    public async Task A_snapshot_that_keeps_nothing_ends_the_history()
    {
        await Store.Append("s", 0, "a", "b");
        await Snapshot(1, "a", hour: 1);
        await Store.Snapshot("s", 2, "ab");

        Assert.Equal([new JournalSegment(2, 2, 0, 0, null)], await Store.ListHistory("s"));
        Assert.Null(await Store.ReadSnapshot("s", 1));
        Assert.Empty(await Store.ReadEntries("s", 0, 10));
    }

    [Fact]
    public async Task Streams_keep_their_own_history()
    {
        await Store.Append("s", 0, "a");
        await Store.Append("t", 0, "b");
        await Snapshot(1, "a", hour: 1);

        Assert.Equal(2, (await Store.ListHistory("s")).Count);
        Assert.Equal([new JournalSegment(0, 1, 0, 0, null)], await Store.ListHistory("t"));
        Assert.Equal("b", Text(Assert.Single(await Store.ReadEntries("t", 0, 10))));
    }

    [Fact]
    public async Task A_snapshot_written_again_is_no_segment_of_its_own()
    {
        await Store.Append("s", 0, "a");
        await Snapshot(1, "a", hour: 1);
        await Snapshot(1, "a again", hour: 2);

        Assert.Equal([0, 1], (await Store.ListHistory("s")).Select(s => s.Position));
        Assert.Equal("a again", Text(await Store.ReadSnapshot("s", 1)));
    }

    private Task Snapshot(long position, string text, int hour, long mark = 0, TimeSpan? maxAge = null, long maxBytes = 1_000_000, long bytes = 2) =>
        Store.WriteSnapshot("s", position, Encoding.UTF8.GetBytes(text), new JournalKeep
        {
            Now = Noon.AddHours(hour), MaxAge = maxAge ?? TimeSpan.FromDays(1), MaxBytes = maxBytes, Mark = mark, Bytes = bytes,
        });

    private static string Text(byte[]? bytes) => Encoding.UTF8.GetString(bytes!);
}
