using Grains.Storage;
using Orleans.Storage;
using Silo.Storage;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Sqlite;

/// <summary>A commit that fails is answered with the truth: nothing written, written all the same, or unknown.</summary>
public sealed class SqliteFaultTests : IAsyncDisposable
{
    private readonly ScriptedFaults _faults = new();
    private readonly SqliteUnderTest _storage;

    public SqliteFaultTests() => _storage = new SqliteUnderTest(_faults);

    public ValueTask DisposeAsync() => _storage.DisposeAsync();

    [Fact]
    public async Task When_the_commit_fails_every_write_of_the_batch_fails_and_none_is_kept()
    {
        _faults.Add(StorageOperation.Commit, StorageFaultKind.FailBefore);
        var errors = await Errors(_storage.Journals.Append("s", 0, "a"));

        Assert.False(Assert.IsType<StorageException>(Assert.Single(errors)).OutcomeUnknown);
        Assert.Equal(0, (await _storage.Journals.Read("s")).Position);
        await _storage.Journals.Append("s", 0, "b");
        Assert.Equal(["b"], (await _storage.Journals.Read("s")).Texts());
    }

    [Fact]
    public async Task A_commit_that_reports_an_error_but_took_place_is_answered_as_done()
    {
        _faults.Add(StorageOperation.Commit, StorageFaultKind.FailAfter);
        var state = new GrainState<TestState>(new TestState { Number = 1 });
        await _storage.Grains.Write("a", state);

        Assert.Equal(state.ETag, (await _storage.Grains.Read<TestState>("a")).ETag);
        await _storage.Grains.Write("a", state);
    }

    [Fact]
    public async Task While_the_outcome_cannot_be_read_writes_fail_and_afterwards_they_work_again()
    {
        _faults.Add(StorageOperation.Commit, StorageFaultKind.FailAfter);
        _faults.Add(StorageOperation.Recover, StorageFaultKind.FailBefore);
        _faults.Add(StorageOperation.Recover, StorageFaultKind.FailBefore);

        var unknown = await Assert.ThrowsAsync<StorageException>(() => _storage.Journals.Append("s", 0, "a"));
        var meanwhile = await Assert.ThrowsAsync<StorageException>(() => _storage.Journals.Append("s", 1, "b"));
        Assert.True(unknown.OutcomeUnknown);
        Assert.False(meanwhile.OutcomeUnknown);

        // This one was applied: whoever reads again, as they must, finds it.
        Assert.Equal(["a"], (await _storage.Journals.Read("s")).Texts());
        await _storage.Journals.Append("s", 1, "c");
        Assert.Equal(["a", "c"], (await _storage.Journals.Read("s")).Texts());
    }

    [Fact]
    public async Task A_conflict_in_a_batch_that_fails_is_a_storage_error_too()
    {
        await _storage.Journals.Append("s", 0, "a");
        _faults.Add(StorageOperation.Commit, StorageFaultKind.FailBefore);

        // The conflict was seen against neighbours that were not kept.
        await Assert.ThrowsAsync<StorageException>(() => _storage.Journals.Append("s", 0, "x"));
        await Assert.ThrowsAsync<InconsistentStateException>(() => _storage.Journals.Append("s", 0, "x"));
    }

    [Fact]
    public async Task Etags_are_not_given_twice_over_a_failed_commit()
    {
        var state = new GrainState<TestState>(new TestState());
        await _storage.Grains.Write("a", state);
        var first = state.ETag;
        _faults.Add(StorageOperation.Commit, StorageFaultKind.FailBefore);
        await Assert.ThrowsAsync<StorageException>(() => _storage.Grains.Write("a", state));
        Assert.Equal(first, state.ETag);
        await _storage.Grains.Write("a", state);

        Assert.NotEqual(first, state.ETag);
    }

    [Fact]
    public async Task One_write_that_cannot_be_stored_fails_alone()
    {
        // A job without a name breaks a rule of the table: only its own write may fail.
        var bad = _storage.Grains.Write("bad", new GrainState<TestJob>(new TestJob { Id = "bad", Name = null! }));
        var good = Enumerable.Range(0, 50).Select(n => _storage.Journals.Append($"s{n}", 0, "ok")).ToList();

        await Task.WhenAll(good);
        Assert.Contains("state/test/bad", (await Assert.ThrowsAsync<StorageException>(() => bad)).Message, StringComparison.Ordinal);
        Assert.False((await _storage.Grains.Read<TestJob>("bad")).RecordExists);
    }

    [Fact]
    public async Task After_the_end_writes_are_refused_and_those_asked_before_are_kept()
    {
        var before = Enumerable.Range(0, 100).Select(n => _storage.Journals.Append("s", n, $"e{n}")).ToList();
        var closed = _storage.Journals;
        _storage.Database.Dispose();
        await Task.WhenAll(before);
        await Assert.ThrowsAsync<StorageException>(() => closed.Append("s", 100, "late"));

        await _storage.Reopen();
        Assert.Equal(100, (await _storage.Journals.Read("s")).Position);
    }

    private static async Task<List<Exception>> Errors(params Task[] tasks)
    {
        var errors = new List<Exception>();
        foreach (var task in tasks)
            errors.Add(await Assert.ThrowsAnyAsync<Exception>(() => task));
        return errors;
    }
}
