using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Gateway.Tests.Hollow;
using Grains.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Storage;
using Silo.Storage;
using Silo.Storage.Blobs;
using Silo.Tests.Support;

namespace Silo.Tests.Storage.Blobs;

/// <summary>A write whose answer is lost is answered with the truth, and what is still on its way never takes effect later.</summary>
public sealed class BlobFaultTests(AzuriteServer server)
{
    private readonly FaultyTransport _way = new();

    [Theory]
    [InlineData(RequestFault.Lost)]
    [InlineData(RequestFault.AnswerLost)]
    public async Task An_append_is_done_once_whether_the_request_or_its_answer_was_lost(RequestFault fault)
    {
        await using var storage = await new BlobUnderTest(server, _way).Open();
        await storage.Journals.Append("s", 0, "a");
        _way.Plan(1, fault);
        await storage.Journals.Append("s", 1, "b", "c");
        await storage.Journals.Append("s", 3, "d");

        Assert.True(_way.HasStruck);
        Assert.Equal(["a", "b", "c", "d"], (await storage.Journals.Read("s")).Texts());
    }

    [Fact]
    public async Task An_append_that_arrives_after_it_was_sent_again_is_refused()
    {
        await using var storage = await new BlobUnderTest(server, _way).Open();
        await storage.Journals.Append("s", 0, "a");
        _way.Plan(1, RequestFault.Late);
        await storage.Journals.Append("s", 1, "b");
        await _way.Deliver();
        await storage.Journals.Append("s", 2, "c");

        Assert.Equal(["a", "b", "c"], (await storage.Journals.Read("s")).Texts());
    }

    [Fact]
    public async Task A_job_whose_request_was_lost_is_written_all_the_same_and_found_once()
    {
        await using var storage = await new BlobUnderTest(server, _way).Open();
        await storage.Grains.Put("j", new TestJob { Id = "j" });
        _way.Plan(1, RequestFault.Lost);
        await storage.Grains.Put("j", new TestJob { Id = "j", Attempt = 2 });

        Assert.True(_way.HasStruck);
        Assert.Equal(2, (await storage.Grains.Read<TestJob>("j")).State!.Attempt);
        Assert.Equal(2, Assert.Single((await storage.Jobs.Query(new JobQuery(null))).Rows).Attempt);
    }

    [Fact]
    public async Task A_job_whose_answer_was_lost_is_called_unknown_and_not_written_twice()
    {
        await using var storage = await new BlobUnderTest(server, _way).Open();
        await storage.Grains.Put("j", new TestJob { Id = "j" });
        _way.Plan(1, RequestFault.AnswerLost);
        var lost = await Assert.ThrowsAsync<StorageException>(() => storage.Grains.Put("j", new TestJob { Id = "j", Attempt = 2 }));

        Assert.True(lost.OutcomeUnknown);
        Assert.Equal(2, (await storage.Grains.Read<TestJob>("j")).State!.Attempt);
        await storage.Grains.Put("j", new TestJob { Id = "j", Attempt = 3 });
        Assert.Equal(3, Assert.Single(await storage.Jobs.Scan(null, 10, includeEnded: false)).Attempt);
    }

    [Fact]
    public async Task A_job_that_arrives_after_it_was_sent_again_changes_nothing()
    {
        await using var storage = await new BlobUnderTest(server, _way).Open();
        await storage.Grains.Put("j", new TestJob { Id = "j" });
        _way.Plan(1, RequestFault.Late);
        await storage.Grains.Put("j", new TestJob { Id = "j", Attempt = 2 });
        var etag = (await storage.Grains.Read<TestJob>("j")).ETag;
        await _way.Deliver();

        Assert.Equal(etag, (await storage.Grains.Read<TestJob>("j")).ETag);
    }

    [Theory]
    [InlineData(RequestFault.Lost, 1)]
    [InlineData(RequestFault.AnswerLost, 2)]
    [InlineData(RequestFault.Late, 1)]
    public async Task A_record_of_the_package_whose_answer_was_lost_is_called_unknown(RequestFault fault, int stored)
    {
        await using var storage = await new BlobUnderTest(server, _way).Open();
        await storage.Grains.Put("a", new TestState { Number = 1 });
        _way.Plan(1, fault);
        var lost = await Assert.ThrowsAsync<StorageException>(() => storage.Grains.Put("a", new TestState { Number = 2 }));

        Assert.True(lost.OutcomeUnknown);
        Assert.Equal(stored, (await storage.Grains.Read<TestState>("a")).State!.Number);
        await storage.Grains.Put("a", new TestState { Number = 3 });
        if (fault == RequestFault.Late)
            await _way.Deliver();
        Assert.Equal(3, (await storage.Grains.Read<TestState>("a")).State!.Number);
    }

    [Fact]
    public async Task One_job_that_cannot_be_stored_fails_alone()
    {
        await using var storage = await new BlobUnderTest(server).Open();
        var bad = storage.Grains.Write("bad", new GrainState<TestJob>(new TestJob { Id = "bad", Name = null! }));
        var good = Enumerable.Range(0, 50).Select(n => storage.Grains.Put($"j{n}", new TestJob { Id = $"j{n}" })).ToList();

        await Task.WhenAll(good);
        Assert.Contains("state/test/bad", (await Assert.ThrowsAsync<StorageException>(() => bad)).Message, StringComparison.Ordinal);
        Assert.False((await storage.Grains.Read<TestJob>("bad")).RecordExists);
    }

    [Fact]
    public async Task Of_two_processes_that_append_to_one_stream_one_moves_it_and_the_other_is_fenced_off()
    {
        await using var storage = await new BlobUnderTest(server).Open();
        await using var other = storage.OpenAnother();
        var theirs = new BlobJournalStore(other);
        Assert.Equal(30, await JournalRace.Wins(30, storage.Journals, theirs));
        Assert.Equal(30, (await theirs.Read("s")).Position);
    }

    [Fact]
    public async Task Of_two_processes_that_write_one_job_one_is_first_and_the_other_is_told()
    {
        await using var storage = await new BlobUnderTest(server).Open();
        await using var other = storage.OpenAnother();
        var theirs = new BlobGrainStorage(other);
        await storage.Grains.Put("j", new TestJob { Id = "j" });
        var seen = await theirs.Read<TestJob>("j");
        var race = await Task.WhenAll(Enumerable.Range(0, 12).Select(async n =>
        {
            var mine = new GrainState<TestJob>(new TestJob { Id = "j", Attempt = 10 + n }, seen.ETag);
            try
            {
                await (n % 2 == 0 ? storage.Grains : theirs).Write("j", mine);
                return mine.ETag;
            }
            catch (InconsistentStateException)
            {
                return null;
            }
        }));

        Assert.Equal(Assert.Single(race, e => e is not null), (await storage.Grains.Read<TestJob>("j")).ETag);
    }

    [Fact]
    public async Task A_writer_that_slept_through_the_whole_life_of_a_log_is_refused_all_the_same()
    {
        await using var storage = await new BlobUnderTest(server).Open();
        await using var other = storage.OpenAnother();
        var theirs = new BlobJournalStore(other);

        // It looks at the empty stream, and is refused once, so that it remembers where it ended.
        await Assert.ThrowsAsync<InconsistentStateException>(() => theirs.Append("s", 7, "x"));
        await storage.Journals.Append("s", 0, [new byte[5 * 1024 * 1024]]);
        await storage.Journals.Snapshot("s", 1, "all");
        await storage.Journals.Append("s", 1, "next");
        await storage.Journals.Snapshot("s", 2, "all and next");

        await Assert.ThrowsAsync<InconsistentStateException>(() => theirs.Append("s", 0, "late"));
        await theirs.Append("s", 2, "on time");
        var contents = await storage.Journals.Read("s");
        Assert.Equal(("all and next", 3L), (contents.SnapshotText()!, contents.Position));
        Assert.Equal(["on time"], contents.Texts());
    }

    [Fact]
    public async Task Storage_that_stays_away_is_said_within_the_time_and_writes_work_again_when_it_is_back()
    {
        await using var storage = await new BlobUnderTest(server, _way, reconnectFor: TimeSpan.FromMilliseconds(300)).Open();
        await storage.Journals.Append("s", 0, "a");
        await storage.Grains.Put("j", new TestJob { Id = "j" });
        var job = await storage.Grains.Read<TestJob>("j");
        _way.IsAway = true;
        await Assert.ThrowsAsync<StorageException>(() => storage.Journals.Append("s", 1, "b"));
        await Assert.ThrowsAsync<StorageException>(() => storage.Grains.Write("j", job));
        await Assert.ThrowsAsync<StorageException>(() => storage.Journals.Read("s"));
        _way.IsAway = false;

        await storage.Journals.Append("s", 1, "c");
        await storage.Grains.Write("j", job);
        Assert.Equal(["a", "c"], (await storage.Journals.Read("s")).Texts());
    }

    [Fact]
    public async Task A_newer_format_is_refused_in_words()
    {
        await using var storage = await new BlobUnderTest(server).Open();
        await storage.Database.Container.GetBlobClient("format.json").UploadAsync(BinaryData.FromString("""{"format":99,"buckets":8}"""), overwrite: true);
        var error = Assert.Throws<StorageStartupException>(() => storage.OpenAnother());

        Assert.Contains("version 99", error.Message, StringComparison.Ordinal);
        Assert.Contains("start the newer program", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_job_is_stored_whole_and_leaves_nothing_behind()
    {
        await using var storage = await new BlobUnderTest(server).Open();
        var names = new[] { new string('x', 700_000), new string('y', 5_000_000) };
        foreach (var user in names)
        {
            await storage.Grains.Put("j", new TestJob { Id = "j", Note = user });
            Assert.Equal(user, (await storage.Grains.Read<TestJob>("j")).State!.Note);
        }

        Assert.Single(await Bodies(storage));
        await storage.Grains.Put("j", new TestJob { Id = "j" });
        Assert.Empty(await Bodies(storage));
        Assert.Single(await storage.Jobs.Get([new Scheduling.Model.JobId("j")]));
    }

    [Fact]
    public async Task Bytes_that_a_later_writer_has_put_down_already_survive_the_tidying_of_the_one_before()
    {
        await using var storage = await new BlobUnderTest(server, _way).Open();
        await storage.Grains.Put("j", new TestJob { Id = "j", Note = new string('x', 600_000) });

        // Another activation reads, uploads and is held up before its transaction; what it has put down follows the version that it read.
        var seen = await storage.Grains.Read<TestJob>("j");
        var old = seen.ETag;
        _way.Plan(2, RequestFault.Lost); // the upload arrives, the transaction does not at first
        seen.State = seen.State! with { Note = new string('y', 600_000) };
        await storage.Grains.Write("j", seen);

        Assert.Equal(new string('y', 600_000), (await storage.Grains.Read<TestJob>("j")).State!.Note);
        Assert.Single(await Bodies(storage));

        // One that follows a version which has a successor is refused, and takes its bytes away.
        var stale = new GrainState<TestJob>(new TestJob { Id = "j", Note = new string('z', 600_000) }, old);
        await Assert.ThrowsAsync<InconsistentStateException>(() => storage.Grains.Write("j", stale));
        Assert.Equal(new string('y', 600_000), (await storage.Grains.Read<TestJob>("j")).State!.Note);
        Assert.Single(await Bodies(storage));
    }

    [Fact]
    public async Task Writes_that_come_together_share_requests()
    {
        await using var storage = await new BlobUnderTest(server).Open();
        using var measured = new MeasuredStorage(storage.Meters);
        await Task.WhenAll(Enumerable.Range(0, 500).Select(n => storage.Journals.Append("s", n, "x")));
        Assert.InRange(measured["orleans_scheduler_storage_commits_total"], 1, 100);
        var before = measured["orleans_scheduler_storage_commits_total"];
        await Task.WhenAll(Enumerable.Range(0, 400).Select(n => storage.Grains.Write($"j{n}", new GrainState<TestJob>(new TestJob { Id = $"j{n}" }))));

        Assert.InRange(measured["orleans_scheduler_storage_commits_total"] - before, 1, 200);
        Assert.Equal(900, measured["orleans_scheduler_storage_ops_total"]);
        Assert.Equal(0, measured["orleans_scheduler_storage_queue_length"]);
    }

    [Fact]
    public async Task A_process_whose_store_was_taken_while_it_could_not_be_seen_writes_no_more()
    {
        var time = new ManualTimeProvider();
        await using var storage = await new BlobUnderTest(server) { Time = time }.Open();
        var container = storage.Database.Container;
        await storage.Journals.Append("s", 0, "a");
        await foreach (var process in container.GetBlobsAsync(BlobTraits.None, BlobStates.None, "processes/", CancellationToken.None))
            await container.GetBlobClient(process.Name).GetBlobLeaseClient().BreakAsync(TimeSpan.Zero); // as if it had run out
        await using var alone = BlobPresence.TakeAlone(container, TimeProvider.System, NullLogger.Instance);
        Assert.NotNull(alone);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (storage.Database.WhyNotWrite is null)
        {
            time.Advance(TimeSpan.FromSeconds(15));
            await Task.Delay(10, deadline.Token);
        }

        foreach (var write in (Func<Task>[])[
            () => storage.Journals.Append("s", 1, "b"), () => storage.Journals.Snapshot("s", 1, "a"), () => storage.Grains.Put("j", new TestJob { Id = "j" }),
            () => storage.Grains.Put("a", new TestState())])
        {
            Assert.Contains("start it again", (await Assert.ThrowsAsync<StorageException>(write)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(["a"], (await storage.Journals.Read("s")).Texts());
    }

    private static async Task<List<string>> Bodies(BlobUnderTest storage)
    {
        var names = new List<string>();
        await foreach (var blob in storage.Database.Container.GetBlobsAsync())
            names.AddRange(blob.Name.StartsWith("bodies/", StringComparison.Ordinal) ? [blob.Name] : []);
        return names;
    }
}
