using Grains.Storage;
using Microsoft.Data.Sqlite;
using Silo.Storage;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Sqlite;

public sealed class SqliteDatabaseTests
{
    [Fact]
    public async Task A_folder_in_use_is_refused_in_one_line_and_free_again_afterwards()
    {
        await using var storage = new SqliteUnderTest();
        var error = Assert.Throws<StorageStartupException>(() => storage.OpenAnother());

        Assert.Contains(storage.Folder, error.Message, StringComparison.Ordinal);
        Assert.Contains("in use by another process", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        await storage.Reopen();
    }

    [Fact]
    public async Task A_newer_schema_is_refused_in_words_and_left_alone()
    {
        await using var storage = new SqliteUnderTest();
        storage.Database.Dispose();
        await Sql(storage, "INSERT INTO schema_version VALUES (99, 'tomorrow')");
        var error = Assert.Throws<StorageStartupException>(() => storage.OpenAnother());

        Assert.Contains("schema 99", error.Message, StringComparison.Ordinal);
        Assert.Contains("start the newer program", error.Message, StringComparison.Ordinal);
        // The refusal gave the folder back.
        Assert.Throws<StorageStartupException>(() => storage.OpenAnother());
    }

    [Fact]
    public async Task A_database_of_the_version_before_is_upgraded_with_its_snapshots()
    {
        await using var storage = new SqliteUnderTest();
        await storage.Journals.Append("s", 0, "a", "b", "c");
        await storage.Journals.Snapshot("s", 2, "ab");
        await storage.Journals.Append("t", 0, "x");
        storage.Database.Dispose();
        await Sql(storage, """
            CREATE TABLE before (stream INTEGER PRIMARY KEY, body BLOB NOT NULL);
            INSERT INTO before SELECT stream, body FROM journal_snapshot;
            DROP TABLE journal_snapshot;
            ALTER TABLE before RENAME TO journal_snapshot;
            DROP TABLE journal_segment;
            DELETE FROM schema_version WHERE version = 3;
            """);
        await storage.Reopen();

        var contents = await storage.Journals.Read("s");
        Assert.Equal(("ab", 2L), (contents.SnapshotText()!, contents.SnapshotPosition));
        Assert.Equal(["c"], contents.Texts());
        Assert.Equal(["x"], (await storage.Journals.Read("t")).Texts());
        Assert.Equal([new JournalSegment(2, 3, 0, 0, null)], await storage.Journals.ListHistory("s"));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_in_words()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "scheduler.db"), new string('?', 10_000));
        var error = Assert.Throws<StorageStartupException>(() => new SqliteUnderTest(folder: folder.Path));

        Assert.Contains("scheduler.db cannot be opened", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_commit_waits_for_the_disk()
    {
        using var folder = new TemporaryFolder();
        using var session = Silo.Storage.Sqlite.SqliteSession.OpenWriter(Path.Combine(folder.Path, "x.db"));

        // No killed process shows this, only a lost machine would: FULL syncs the log at each commit, NORMAL does not.
        Assert.Equal(2, session.Number("PRAGMA synchronous"));
        using var mode = session.Query("PRAGMA journal_mode");
        Assert.True(mode.Read());
        Assert.Equal("wal", mode.GetString(0));
    }

    [Fact]
    public async Task Writes_that_come_together_share_commits()
    {
        await using var storage = new SqliteUnderTest();
        using var measured = new MeasuredStorage(storage.Meters);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(n => storage.Journals.Append($"s{n}", 0, "x")));

        Assert.Equal(2000, measured["orleans_scheduler_storage_ops_total"]);
        Assert.InRange(measured["orleans_scheduler_storage_commits_total"], 2, 500);
        Assert.Equal(0, measured["orleans_scheduler_storage_queue_length"]);
    }

    [Fact]
    public async Task Conflicts_and_failures_are_counted()
    {
        var faults = new ScriptedFaults();
        await using var storage = new SqliteUnderTest(faults);
        using var measured = new MeasuredStorage(storage.Meters);
        await Assert.ThrowsAnyAsync<Exception>(() => storage.Journals.Append("s", 7, "x"));
        faults.Add(StorageOperation.Commit, StorageFaultKind.FailBefore);
        await Assert.ThrowsAnyAsync<Exception>(() => storage.Journals.Append("s", 0, "x"));

        Assert.Equal(1, measured["orleans_scheduler_storage_conflicts_total"]);
        Assert.Equal(1, measured["orleans_scheduler_storage_failures_total"]);
    }

    [Fact]
    public async Task A_batch_holds_no_more_than_its_limits_and_order_holds_over_a_full_queue()
    {
        await using var storage = new SqliteUnderTest(options: new GroupCommitOptions { MaxOps = 3, QueueLength = 2 });
        using var measured = new MeasuredStorage(storage.Meters);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(n => storage.Journals.Append("s", n, $"e{n}")));

        Assert.Equal(Enumerable.Range(0, 100).Select(n => $"e{n}"), (await storage.Journals.Read("s")).Texts());
        Assert.InRange(measured["orleans_scheduler_storage_commits_total"], 34, 100);
    }

    [Fact]
    public async Task A_record_over_the_limit_is_refused_by_itself()
    {
        await using var storage = new SqliteUnderTest(options: new GroupCommitOptions { MaxRecordBytes = 1024 * 1024 });
        var error = await Assert.ThrowsAsync<StorageException>(() => storage.Journals.WriteSnapshot("s", 0, new byte[1024 * 1024 + 1]));

        Assert.False(error.OutcomeUnknown);
        await storage.Journals.WriteSnapshot("s", 0, new byte[1024 * 1024]);
    }

    [Fact]
    public async Task The_write_ahead_log_is_moved_into_the_database_while_it_runs()
    {
        await using var storage = new SqliteUnderTest();
        var entry = new byte[1_000_000];
        for (var n = 0; n < 200; n++)
            await storage.Journals.Append("s", n, [entry]);

        // 200 MB were written; the log may hold 64 MiB and what one commit adds.
        Assert.InRange(new FileInfo(Path.Combine(storage.Folder, "scheduler.db-wal")).Length, 1, 72 * 1024 * 1024);
    }

    [Theory]
    [InlineData(null, null, null, "job_submitted")]
    [InlineData("acme", null, null, "job_tenant")]
    [InlineData("acme", "ann", null, "job_tenant")]
    [InlineData("acme", null, "Failed", "job_tenant")]
    [InlineData(null, null, "Failed", "job_submitted")]
    public async Task Usual_queries_walk_an_index_and_sort_nothing(string? tenant, string? user, string? phase, string index)
    {
        await using var storage = new SqliteUnderTest();
        var query = new JobQuery(tenant is null ? null : new Scheduling.Model.TenantId(tenant), phase, user);
        var after = new JobContinuation(TestJob.Epoch, new Scheduling.Model.JobId("j"));
        var (sql, values) = Silo.Storage.Sqlite.SqliteJobIndex.Statement(query, after, 100);
        var plan = await storage.Database.Read(session =>
        {
            var lines = new List<string>();
            using var reader = session.Query("EXPLAIN QUERY PLAN " + sql, values);
            while (reader.Read())
                lines.Add(reader.GetString(3));
            return lines;
        });

        Assert.Contains($"USING INDEX {index} (", Assert.Single(plan), StringComparison.Ordinal);
    }

    private static async Task Sql(SqliteUnderTest storage, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(storage.Folder, "scheduler.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }
}
