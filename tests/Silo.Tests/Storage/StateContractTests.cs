using Orleans.Storage;
using Silo.Tests.Support;

namespace Silo.Tests.Storage;

/// <summary>What every store promises of grain records.</summary>
public abstract class StateContractTests : IAsyncDisposable
{
    private readonly IStorageUnderTest _storage;

    protected StateContractTests(IStorageUnderTest storage) => _storage = storage;

    private IGrainStorage Store => _storage.Grains;

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_record_never_written_reads_as_a_fresh_state()
    {
        var state = await Store.Read<TestState>("a");

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal(new TestState(), state.State);
    }

    [Fact]
    public async Task A_written_record_reads_back_with_the_etag_its_writer_got()
    {
        var written = new GrainState<TestState>(new TestState { Text = "é\"\\\0", Number = 7 });
        await Store.Write("a", written);
        var read = await Store.Read<TestState>("a");

        Assert.True(written.RecordExists);
        Assert.True(read.RecordExists);
        Assert.NotNull(read.ETag);
        Assert.Equal(written.ETag, read.ETag);
        Assert.Equal(written.State, read.State);
    }

    [Fact]
    public async Task Each_write_gives_a_new_etag_and_needs_the_one_before()
    {
        var state = new GrainState<TestState>(new TestState());
        await Store.Write("a", state);
        var first = state.ETag;
        await Store.Write("a", state);
        var second = state.ETag;

        var stale = new GrainState<TestState>(new TestState { Number = 9 }, first);
        var conflict = await Assert.ThrowsAsync<InconsistentStateException>(() => Store.Write("a", stale));

        Assert.NotEqual(first, second);
        Assert.Equal(second, conflict.StoredEtag);
        Assert.Equal(first, conflict.CurrentEtag);
        Assert.Equal(first, stale.ETag);
        Assert.Equal(0, (await Store.Read<TestState>("a")).State!.Number);
    }

    [Fact]
    public async Task A_write_without_etag_needs_that_there_is_no_record()
    {
        await Store.Write("a", new GrainState<TestState>(new TestState()));

        await Assert.ThrowsAsync<InconsistentStateException>(() => Store.Write("a", new GrainState<TestState>(new TestState())));
    }

    [Fact]
    public async Task A_write_with_an_etag_needs_that_there_is_a_record()
    {
        await Assert.ThrowsAsync<InconsistentStateException>(() => Store.Write("a", new GrainState<TestState>(new TestState(), "1")));
        await Assert.ThrowsAsync<InconsistentStateException>(() => Store.Write("a", new GrainState<TestState>(new TestState(), "not a number")));
    }

    [Fact]
    public async Task Records_are_apart_by_grain_and_by_name()
    {
        await Store.Write("a", new GrainState<TestState>(new TestState { Number = 1 }), "x");
        await Store.Write("a", new GrainState<TestState>(new TestState { Number = 2 }), "y");
        await Store.Write("b", new GrainState<TestState>(new TestState { Number = 3 }), "x");

        Assert.Equal(1, (await Store.Read<TestState>("a", "x")).State!.Number);
        Assert.Equal(2, (await Store.Read<TestState>("a", "y")).State!.Number);
        Assert.Equal(3, (await Store.Read<TestState>("b", "x")).State!.Number);
    }

    [Fact]
    public async Task A_cleared_record_is_absent_and_no_old_etag_fits_its_successor()
    {
        var state = new GrainState<TestState>(new TestState { Number = 1 });
        await Store.Write("a", state);
        var old = state.ETag;
        await Store.ClearStateAsync("state", StorageCalls.Grain("a"), state);

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Equal(new TestState(), state.State);
        Assert.False((await Store.Read<TestState>("a")).RecordExists);

        await Store.Write("a", state);
        Assert.NotEqual(old, state.ETag);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Store.Write("a", new GrainState<TestState>(new TestState(), old)));
    }

    [Fact]
    public async Task Clearing_needs_the_present_etag()
    {
        var state = new GrainState<TestState>(new TestState());
        await Store.Write("a", state);

        await Assert.ThrowsAsync<InconsistentStateException>(
            () => Store.ClearStateAsync("state", StorageCalls.Grain("a"), new GrainState<TestState>(new TestState(), "999999")));
        Assert.True((await Store.Read<TestState>("a")).RecordExists);
    }

    [Fact]
    public async Task Clearing_what_was_never_written_is_done_already()
    {
        var state = new GrainState<TestState>(new TestState());
        await Store.ClearStateAsync("state", StorageCalls.Grain("a"), state);

        Assert.False(state.RecordExists);
    }

    [Fact]
    public async Task A_state_of_five_megabytes_is_stored_whole()
    {
        var text = new string('x', 5 * 1024 * 1024);
        await Store.Write("a", new GrainState<TestState>(new TestState { Text = text }));

        Assert.Equal(text, (await Store.Read<TestState>("a")).State!.Text);
    }

    [Fact]
    public async Task Records_and_etags_are_there_after_the_store_was_opened_again()
    {
        var state = new GrainState<TestState>(new TestState { Number = 4 });
        await Store.Write("a", state);
        await _storage.Reopen();

        Assert.Equal(4, (await Store.Read<TestState>("a")).State!.Number);
        await Store.Write("a", state);
    }

    [Fact]
    public async Task Of_many_writers_with_one_etag_exactly_one_wins()
    {
        var first = new GrainState<TestState>(new TestState());
        await Store.Write("a", first);
        for (var round = 0; round < 10; round++)
        {
            var etag = (await Store.Read<TestState>("a")).ETag;
            var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(n => Task.Run(async () =>
            {
                try
                {
                    await Store.Write("a", new GrainState<TestState>(new TestState { Number = n }, etag));
                    return n;
                }
                catch (InconsistentStateException)
                {
                    return -1;
                }
            })));

            var winner = Assert.Single(results, n => n >= 0);
            Assert.Equal(winner, (await Store.Read<TestState>("a")).State!.Number);
        }
    }

    [Fact]
    public async Task Many_grains_write_at_once_and_none_disturbs_another()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(g => Task.Run(async () =>
        {
            var state = new GrainState<TestState>(new TestState());
            for (var n = 1; n <= 20; n++)
            {
                state.State = new TestState { Text = $"g{g}", Number = n };
                await Store.Write($"g{g}", state);
            }
        })));

        for (var g = 0; g < 50; g++)
            Assert.Equal(new TestState { Text = $"g{g}", Number = 20 }, (await Store.Read<TestState>($"g{g}")).State);
    }

    [Fact]
    public async Task Programs_of_two_versions_write_one_record_in_turn()
    {
        await Store.Put("a", new LaterState { Text = "new", Number = 1, Added = "x" });
        var older = await Store.Read<TestState>("a");
        Assert.Equal(new TestState { Text = "new", Number = 1 }, older.State);
        var newer = await Store.Read<LaterState>("a");

        older.State = older.State! with { Number = 2 };
        await Store.Write("a", older);
        await Assert.ThrowsAsync<InconsistentStateException>(() => Store.Write("a", newer));
        Assert.Equal(new LaterState { Text = "new", Number = 2 }, (await Store.Read<LaterState>("a")).State);
        await Store.Put("a", new LaterState { Text = "new", Number = 3, Added = "y" });
        Assert.Equal(3, (await Store.Read<TestState>("a")).State!.Number);
    }
}
