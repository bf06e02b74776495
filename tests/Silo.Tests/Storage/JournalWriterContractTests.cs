using Grains.Storage;
using Orleans.Storage;
using Silo.Tests.Support;

namespace Silo.Tests.Storage;

/// <summary>A journaled grain's writer on every store.</summary>
public abstract class JournalWriterContractTests : IAsyncDisposable
{
    private readonly IStorageUnderTest _storage;

    protected JournalWriterContractTests(IStorageUnderTest storage) => _storage = storage;

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_new_stream_restores_nothing_and_starts_at_0()
    {
        var grain = await JournaledSum.Open(_storage.Journals);

        Assert.Equal(0, grain.Journal.Position);
        Assert.Equal(0, grain.Sum);
    }

    [Fact]
    public async Task The_state_is_the_sum_of_snapshot_and_entries()
    {
        var grain = await JournaledSum.Open(_storage.Journals);
        await grain.Add(1, 2);
        await grain.Journal.SnapshotAsync(grain.ToSnapshot());
        await grain.Add(3);
        await _storage.Reopen();
        var again = await JournaledSum.Open(_storage.Journals);

        Assert.Equal(6, again.Sum);
        Assert.Equal(3, again.Journal.Position);
        Assert.Equal(1, again.Restored);
        Assert.Equal(1, again.Applied);
    }

    [Fact]
    public async Task Many_appends_asked_for_at_once_are_durable_in_call_order()
    {
        var grain = await JournaledSum.Open(_storage.Journals);
        var appends = Enumerable.Range(1, 300).Select(n => grain.Add(n)).ToList();
        Assert.Equal(300, grain.Journal.Position);
        await Task.WhenAll(appends);

        var contents = await _storage.Journals.Read(JournaledSum.Stream);
        Assert.Equal(Enumerable.Range(1, 300), contents.Entries.Select(e => RecordCodec.Decode<TestState>(e).Number));
    }

    [Fact]
    public async Task A_writer_that_was_replaced_gets_none_of_its_appends_in_however_many_are_under_way()
    {
        var old = await JournaledSum.Open(_storage.Journals);
        await old.Add(1);
        var successor = await JournaledSum.Open(_storage.Journals);
        await successor.Add(100);

        // The second and third expect positions that the successor has reached or will reach.
        Task[] appends = [old.Add(2), old.Add(3), old.Add(4)];
        foreach (var append in appends)
            await Assert.ThrowsAsync<InconsistentStateException>(() => append);
        await Assert.ThrowsAsync<InconsistentStateException>(() => old.Add(5));
        await Assert.ThrowsAsync<InconsistentStateException>(() => old.Journal.SnapshotAsync(old.ToSnapshot()));
        await successor.Add(200);

        Assert.Equal(301, (await JournaledSum.Open(_storage.Journals)).Sum);
    }

    [Fact]
    public async Task A_state_with_a_refused_entry_never_becomes_the_snapshot()
    {
        var old = await JournaledSum.Open(_storage.Journals);
        var successor = await JournaledSum.Open(_storage.Journals);
        await successor.Add(100);
        var append = old.Add(2);
        var snapshot = old.Journal.SnapshotAsync(old.ToSnapshot());

        await Assert.ThrowsAsync<InconsistentStateException>(() => append);
        await Assert.ThrowsAsync<InconsistentStateException>(() => snapshot);
        Assert.Equal(100, (await JournaledSum.Open(_storage.Journals)).Sum);
    }

    [Fact]
    public async Task A_snapshot_stands_for_the_appends_under_way_and_later_ones_follow_it()
    {
        var grain = await JournaledSum.Open(_storage.Journals);
        var first = grain.Add(1, 2, 3);
        var snapshot = grain.Journal.SnapshotAsync(grain.ToSnapshot());
        var second = grain.Add(4);
        await Task.WhenAll(first, snapshot, second);
        var contents = await _storage.Journals.Read(JournaledSum.Stream);

        Assert.Equal(3, contents.SnapshotPosition);
        Assert.Single(contents.Entries);
        Assert.Equal(10, (await JournaledSum.Open(_storage.Journals)).Sum);
    }

    [Fact]
    public async Task Snapshots_are_wanted_so_rarely_that_each_entry_pays_a_constant_share()
    {
        var grain = await JournaledSum.Open(_storage.Journals, new JournalOptions { MinEntries = 10 });
        var snapshotBytes = 0L;
        var entryBytes = 0L;
        grain.Padding = new string('x', 2000);
        for (var n = 0; n < 1000; n++)
        {
            await grain.Add(1);
            entryBytes += RecordCodec.Encode(new TestState { Number = 1 }).Length;
            if (!grain.Journal.WantsSnapshot)
                continue;
            snapshotBytes += RecordCodec.Encode(grain.ToSnapshot()).Length;
            await grain.Journal.SnapshotAsync(grain.ToSnapshot());
            Assert.False(grain.Journal.WantsSnapshot);
        }

        Assert.InRange(snapshotBytes, 1, entryBytes + 2100);
        Assert.Equal(1000, (await JournaledSum.Open(_storage.Journals)).Sum);
    }

    [Fact]
    public async Task No_entries_complete_with_the_append_before()
    {
        var grain = await JournaledSum.Open(_storage.Journals);
        await grain.Journal.AppendAsync([]);
        var append = grain.Add(1);
        await grain.Journal.AppendAsync([]);

        Assert.True(append.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task An_entry_that_cannot_be_read_is_named()
    {
        await _storage.Journals.Append(JournaledSum.Stream, 0, "not a record");
        var error = await Assert.ThrowsAsync<RecordFormatException>(() => JournaledSum.Open(_storage.Journals));

        Assert.Contains($"Stream {JournaledSum.Stream}, position 1", error.Message, StringComparison.Ordinal);
    }
}
