using Grains.Storage;
using Npgsql;
using Orleans.Storage;
using Silo.Storage;
using Silo.Storage.Postgres;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Postgres;

/// <summary>A batch whose answer is lost is answered with the truth: nothing written, or read again. Never twice, never in part.</summary>
public sealed class PostgresFaultTests(PostgresServer server)
{
    private readonly ScriptedFaults _faults = new();

    [Fact]
    public async Task A_batch_that_never_arrived_is_sent_again_by_itself()
    {
        await using var storage = await new PostgresUnderTest(server, _faults).Open();
        await storage.Journals.Append("s", 0, "a");
        _faults.Add(StorageOperation.Commit, StorageFaultKind.FailBefore);
        await storage.Journals.Append("s", 1, "b");

        Assert.Equal(["a", "b"], (await storage.Journals.Read("s")).Texts());
    }

    [Fact]
    public async Task A_batch_that_is_durable_but_whose_answer_was_lost_is_called_unknown_and_not_written_twice()
    {
        await using var storage = await new PostgresUnderTest(server, _faults).Open();
        await storage.Journals.Append("s", 0, "a");
        _faults.Add(StorageOperation.Recover, StorageFaultKind.FailAfter);
        var lost = await Assert.ThrowsAsync<StorageException>(() => storage.Journals.Append("s", 1, "b"));

        Assert.True(lost.OutcomeUnknown);
        Assert.Equal(["a", "b"], (await storage.Journals.Read("s")).Texts());
        await storage.Journals.Append("s", 2, "c");
        Assert.Equal(["a", "b", "c"], (await storage.Journals.Read("s")).Texts());
    }

    [Fact]
    public async Task One_write_that_cannot_be_stored_fails_alone()
    {
        await using var storage = await new PostgresUnderTest(server).Open();
        var bad = storage.Grains.Write("bad", new GrainState<TestJob>(new TestJob { Id = "bad", Name = null! }));
        var worse = storage.Grains.Write("worse", new GrainState<TestJob>(new TestJob { Id = "worse", Name = "a\0b" }));
        var good = Enumerable.Range(0, 50).Select(n => storage.Journals.Append($"s{n}", 0, "ok")).ToList();

        await Task.WhenAll(good);
        Assert.Contains("state/test/bad", (await Assert.ThrowsAsync<StorageException>(() => bad)).Message, StringComparison.Ordinal);
        Assert.Contains("state/test/worse", (await Assert.ThrowsAsync<StorageException>(() => worse)).Message, StringComparison.Ordinal);
        Assert.False((await storage.Grains.Read<TestJob>("bad")).RecordExists);
    }

    [Fact]
    public async Task Of_two_processes_that_write_one_record_one_is_first_and_the_other_is_told()
    {
        await using var storage = await new PostgresUnderTest(server).Open();
        await using var other = storage.OpenAnother();
        var theirs = new PostgresGrainStorage(other);
        var state = new GrainState<TestState>(new TestState { Number = 1 });
        await storage.Grains.Write("a", state);
        var seen = await theirs.Read<TestState>("a");
        var race = await Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
        {
            var mine = new GrainState<TestState>(new TestState { Number = 10 + n }, seen.ETag);
            try
            {
                await (n % 2 == 0 ? storage.Grains : theirs).Write("a", mine);
                return mine.ETag;
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        }));

        var winner = Assert.Single(race, e => e is not null);
        Assert.Equal(winner, (await storage.Grains.Read<TestState>("a")).ETag);
    }

    [Fact]
    public async Task Of_two_processes_that_append_to_one_stream_one_moves_it_and_the_other_is_fenced_off()
    {
        await using var storage = await new PostgresUnderTest(server).Open();
        await using var other = storage.OpenAnother();
        var theirs = new PostgresJournalStore(other);
        Assert.Equal(50, await JournalRace.Wins(50, storage.Journals, theirs));
        Assert.Equal(50, (await theirs.Read("s")).Position);
    }

    [Fact]
    public async Task A_database_that_stays_away_is_said_within_the_time_and_writes_work_again_when_it_is_back()
    {
        await using var own = new PostgresServer();
        await using var storage = await new PostgresUnderTest(own, reconnectFor: TimeSpan.FromSeconds(1)).Open();
        await storage.Journals.Append("s", 0, "a");
        await own.Kill();
        await Assert.ThrowsAsync<StorageException>(() => storage.Journals.Append("s", 1, "b"));
        await Assert.ThrowsAsync<StorageException>(() => storage.Journals.Read("s"));
        await own.Start();

        // What was sent into the dead server may have been lost or not; what is there is never half of it.
        var position = (await storage.Journals.Read("s")).Position;
        await storage.Journals.Append("s", position, "c");
        Assert.Equal("c", (await storage.Journals.Read("s")).Texts()[^1]);
    }

    [Fact]
    public async Task A_newer_schema_is_refused_in_words()
    {
        await using var storage = await new PostgresUnderTest(server).Open();
        await storage.Journals.Append("s", 0, "a");
        await server.Sql($"INSERT INTO {storage.Options.Schema}.schema_version VALUES (99)");
        var error = Assert.Throws<StorageStartupException>(() => storage.OpenAnother());

        Assert.Contains("version 99", error.Message, StringComparison.Ordinal);
        Assert.Contains("start the newer program", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_that_come_together_share_commits()
    {
        await using var storage = await new PostgresUnderTest(server).Open();
        using var measured = new MeasuredStorage(storage.Meters);
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(n => storage.Journals.Append($"s{n}", 0, "x")));

        Assert.Equal(2000, measured["orleans_scheduler_storage_ops_total"]);
        Assert.InRange(measured["orleans_scheduler_storage_commits_total"], 2, 500);
        Assert.Equal(0, measured["orleans_scheduler_storage_queue_length"]);
    }

    [Fact]
    public async Task Every_commit_waits_for_the_disk_even_where_the_server_would_not()
    {
        await (await server.Started()).Sql("ALTER ROLE postgres SET synchronous_commit = 'off'");
        try
        {
            await using var storage = await new PostgresUnderTest(server).Open();
            Assert.Equal("off", await storage.Database.Read(SettingWrite.Show));
            var asked = new SettingWrite();
            await storage.Database.Write(asked);
            Assert.Equal("on", asked.Setting);
        }
        finally
        {
            await server.Sql("ALTER ROLE postgres RESET synchronous_commit");
        }
    }

    /// <summary>Looks at the writer's own connection.</summary>
    private sealed class SettingWrite : PostgresWrite
    {
        public string? Setting { get; private set; }

        public override string Key => "setting";

        public override long Bytes => 0;

        public override bool IsAlone => true;

        public static async Task<string> Show(NpgsqlConnection connection, CancellationToken cancellationToken)
        {
            await using var show = new NpgsqlCommand("SHOW synchronous_commit", connection);
            return (string)(await show.ExecuteScalarAsync(cancellationToken))!;
        }

        public override void Answered(long? found)
        {
        }

        public override async Task RunAlone(NpgsqlConnection connection, CancellationToken cancellationToken) => Setting = await Show(connection, cancellationToken);

        protected override NpgsqlBatchCommand? Prepare(long version) => null;
    }
}
