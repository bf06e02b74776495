using Grains.Storage;
using Orleans.Storage;
using Silo.Tests.Support;

namespace Silo.Tests.Storage;

/// <summary>What every store promises of journals.</summary>
public abstract class JournalContractTests : IAsyncDisposable
{
    private readonly IStorageUnderTest _storage;

    protected JournalContractTests(IStorageUnderTest storage) => _storage = storage;

    private IJournalStore Store => _storage.Journals;

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_stream_never_written_is_empty_at_position_0()
    {
        var contents = await Store.Read("s");

        Assert.Null(contents.Snapshot);
        Assert.Empty(contents.Entries);
        Assert.Equal(0, contents.Position);
    }

    [Fact]
    public async Task Entries_come_back_in_order()
    {
        await Store.Append("s", 0, "a", "b");
        await Store.Append("s", 2, "c");
        var contents = await Store.Read("s");

        Assert.Equal(["a", "b", "c"], contents.Texts());
        Assert.Equal(3, contents.Position);
    }

    [Fact]
    public async Task Streams_are_apart()
    {
        await Store.Append("s", 0, "a");
        await Store.Append("t", 0, "b", "c");

        Assert.Equal(["a"], (await Store.Read("s")).Texts());
        Assert.Equal(["b", "c"], (await Store.Read("t")).Texts());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task An_append_that_expects_another_position_is_refused_whole(long expected)
    {
        await Store.Append("s", 0, "a", "b");
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Store.Append("s", expected, "x", "y"));

        Assert.Equal("2", conflict.StoredEtag);
        Assert.Equal(["a", "b"], (await Store.Read("s")).Texts());
    }

    [Fact]
    public async Task Appends_in_flight_are_applied_in_call_order()
    {
        var appends = Enumerable.Range(0, 500).Select(n => Store.Append("s", n, $"e{n}")).ToList();
        await Task.WhenAll(appends);

        Assert.Equal(Enumerable.Range(0, 500).Select(n => $"e{n}"), (await Store.Read("s")).Texts());
    }

    [Fact]
    public async Task A_writer_that_was_replaced_is_fenced_off()
    {
        await Store.Append("s", 0, "old 1");
        var replaced = Store.Append("s", 1, "new epoch");
        var zombie = Store.Append("s", 1, "old 2");

        await replaced;
        await Assert.ThrowsAsync<InconsistentStateException>(() => zombie);
        Assert.Equal(["old 1", "new epoch"], (await Store.Read("s")).Texts());
    }

    [Fact]
    public async Task One_writer_fenced_off_does_not_hold_up_its_neighbours()
    {
        await Store.Append("s", 0, "a");
        var refused = Store.Append("s", 7, "x");
        var neighbours = Enumerable.Range(0, 20).Select(n => Store.Append($"n{n}", 0, "ok")).ToList();

        await Task.WhenAll(neighbours);
        await Assert.ThrowsAsync<InconsistentStateException>(() => refused);
    }

    [Fact]
    public async Task A_snapshot_replaces_the_entries_it_stands_for()
    {
        await Store.Append("s", 0, "a", "b", "c");
        await Store.Snapshot("s", 2, "ab");
        var contents = await Store.Read("s");

        Assert.Equal("ab", contents.SnapshotText());
        Assert.Equal(2, contents.SnapshotPosition);
        Assert.Equal(["c"], contents.Texts());
        Assert.Equal(3, contents.Position);

        await Store.Append("s", 3, "d");
        await Store.Snapshot("s", 4, "abcd");
        contents = await Store.Read("s");
        Assert.Equal("abcd", contents.SnapshotText());
        Assert.Empty(contents.Entries);
        Assert.Equal(4, contents.Position);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_snapshot_of_a_position_that_is_gone_or_not_there_yet_is_refused(long position)
    {
        await Store.Append("s", 0, "a", "b", "c");
        await Store.Snapshot("s", 2, "ab");

        await Assert.ThrowsAsync<InconsistentStateException>(() => Store.Snapshot("s", position, "?"));
        Assert.Equal("ab", (await Store.Read("s")).SnapshotText());
    }

    [Fact]
    public async Task A_snapshot_may_be_written_again_and_may_stand_for_nothing_yet()
    {
        await Store.Snapshot("s", 0, "start");
        await Store.Snapshot("s", 0, "start over");
        await Store.Append("s", 0, "a");
        var contents = await Store.Read("s");

        Assert.Equal("start over", contents.SnapshotText());
        Assert.Equal(["a"], contents.Texts());
    }

    [Fact]
    public async Task A_snapshot_of_five_megabytes_and_ten_thousand_entries_survive_reopening()
    {
        var snapshot = new string('x', 5 * 1024 * 1024);
        await Store.Append("s", 0, "a");
        await Store.Snapshot("s", 1, snapshot);
        await Store.Append("s", 1, [.. Enumerable.Range(0, 10_000).Select(n => $"e{n}")]);
        await _storage.Reopen();
        var contents = await Store.Read("s");

        Assert.Equal(snapshot, contents.SnapshotText());
        Assert.Equal(10_000, contents.Entries.Count);
        Assert.Equal("e9999", contents.Texts()[^1]);
        await Store.Append("s", 10_001, "next");
    }

    [Fact]
    public async Task No_entries_move_nothing_but_are_refused_all_the_same_at_a_wrong_position()
    {
        await Store.Append("s", 0, []);
        Assert.Equal(0, (await Store.Read("s")).Position);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Store.Append("s", 5, []));
    }

    [Fact]
    public async Task What_the_caller_does_with_its_buffer_afterwards_changes_nothing()
    {
        var buffer = "xabcx"u8.ToArray();
        await Store.Append("s", 0, [buffer.AsMemory(1, 3)]);
        buffer.AsSpan().Fill((byte)'?');

        Assert.Equal(["abc"], (await Store.Read("s")).Texts());
    }

    [Fact]
    public async Task A_call_cancelled_before_it_began_does_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.Append("s", 0, ["a"u8.ToArray()], cancelled.Token));
        Assert.Equal(0, (await Store.Read("s")).Position);
    }
}
