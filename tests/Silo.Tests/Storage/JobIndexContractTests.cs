using Grains.Storage;
using Scheduling.Model;
using Silo.Tests.Support;

namespace Silo.Tests.Storage;

/// <summary>What every store promises of finding jobs.</summary>
public abstract class JobIndexContractTests : IAsyncDisposable
{
    private readonly IStorageUnderTest _storage;

    protected JobIndexContractTests(IStorageUnderTest storage) => _storage = storage;

    private IJobIndex Index => _storage.Jobs;

    public async ValueTask DisposeAsync()
    {
        await _storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_job_is_found_as_soon_as_its_record_is_stored_with_every_column()
    {
        var job = new TestJob { Id = "j1", Submitted = 10, Deadline = 99, Held = true, Parent = "j0", HasChildren = true };
        await Put(job);

        Assert.Equal(job.ToIndexRow(), Assert.Single((await Index.Query(new JobQuery(new TenantId("acme")))).Rows));
    }

    [Theory]
    [InlineData("Running", false, 1, null)]
    [InlineData("Pending", false, 2, 55)]
    [InlineData("Failed", true, 3, null)]
    public async Task A_changed_record_changes_its_columns(string phase, bool ended, int attempt, int? deadline)
    {
        var job = new TestJob { Id = "j1", Submitted = 10, Deadline = 99 };
        await Put(job);
        var changed = job with { Phase = phase, Ended = ended, Attempt = attempt, Deadline = deadline, Held = !ended, HasChildren = ended };
        await Put(changed);
        await Put(changed);

        Assert.Equal(changed.ToIndexRow(), Assert.Single(await Index.Get([new JobId("j1")])));
        await Put(changed with { Name = "renamed", Tenant = "umbrella" });
        Assert.Equal("renamed", Assert.Single(await Index.Get([new JobId("j1")])).Name);
    }

    [Fact]
    public async Task A_waiting_job_that_is_let_in_is_no_longer_held()
    {
        await Put(new TestJob { Id = "j1", Held = true, Deadline = 9 });
        await Put(new TestJob { Id = "j1" });
        Assert.False(Assert.Single(await Index.Get([new JobId("j1")])).Held);
    }

    [Fact]
    public async Task The_parts_of_a_job_are_found_by_it_and_left_out_where_only_whole_jobs_are_wanted()
    {
        await Put(new TestJob { Id = "set", Submitted = 1, HasChildren = true });
        await Put(new TestJob { Id = "set-0", Submitted = 2, Parent = "set" });
        await Put(new TestJob { Id = "set-1", Submitted = 3, Parent = "set" });
        await Put(new TestJob { Id = "other", Submitted = 4 });

        Assert.Equal(["set-1", "set-0"], (await Index.Query(new JobQuery(null, Parent: new JobId("set")))).Rows.Select(r => r.Job.Value));
        Assert.Equal(["other", "set"], (await Index.Query(new JobQuery(null, Whole: true))).Rows.Select(r => r.Job.Value));
    }

    [Fact]
    public async Task A_refused_write_leaves_the_columns_alone()
    {
        await Put(new TestJob { Id = "j1" });
        await Assert.ThrowsAsync<Orleans.Storage.InconsistentStateException>(
            () => _storage.Grains.Write("j1", new GrainState<TestJob>(new TestJob { Id = "j1", Phase = "Failed" }, "12345")));

        Assert.Equal("Pending", Assert.Single(await Index.Get([new JobId("j1")])).Phase);
    }

    [Fact]
    public async Task A_cleared_record_is_no_longer_found()
    {
        var state = new GrainState<TestJob>(new TestJob { Id = "j1", Deadline = 5 });
        await _storage.Grains.Write("j1", state);
        await _storage.Grains.ClearStateAsync("state", StorageCalls.Grain("j1"), state);

        Assert.Empty(await Index.Scan(null, 10, includeEnded: true));
        Assert.Empty(await Index.Due(DateTimeOffset.MaxValue, 10));
        Assert.Empty((await Index.Query(new JobQuery(null))).Rows);
    }

    [Fact]
    public async Task Pages_are_newest_first_and_together_hold_each_job_once()
    {
        // Four jobs share each submit time: the id then decides.
        for (var n = 0; n < 40; n++)
            await Put(new TestJob { Id = $"j{n:00}", Submitted = n / 4 });

        var all = new List<JobIndexRow>();
        string? after = null;
        do
        {
            var page = await Index.Query(new JobQuery(new TenantId("acme"), After: after, Limit: 7));
            Assert.True(page.Rows.Count <= 7);
            all.AddRange(page.Rows);
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(40, all.Count);
        Assert.Equal(all.OrderByDescending(r => r.SubmittedAt).ThenByDescending(r => r.Job.Value, StringComparer.Ordinal), all);
    }

    [Fact]
    public async Task The_last_page_says_so_even_when_it_is_full()
    {
        for (var n = 0; n < 4; n++)
            await Put(new TestJob { Id = $"j{n}", Submitted = n });
        var first = await Index.Query(new JobQuery(null, Limit: 2));
        var second = await Index.Query(new JobQuery(null, After: first.Next, Limit: 2));

        Assert.Equal(2, second.Rows.Count);
        Assert.Null(second.Next);
    }

    [Fact]
    public async Task Jobs_that_come_between_pages_move_none_of_the_later_ones()
    {
        for (var n = 0; n < 6; n++)
            await Put(new TestJob { Id = $"j{n}", Submitted = n });
        var first = await Index.Query(new JobQuery(null, Limit: 3));
        await Put(new TestJob { Id = "new", Submitted = 100 });
        var second = await Index.Query(new JobQuery(null, After: first.Next, Limit: 10));

        Assert.Equal(["j2", "j1", "j0"], second.Rows.Select(r => r.Job.Value));
    }

    [Fact]
    public async Task Each_filter_alone_and_all_together_choose_what_a_plain_search_chooses()
    {
        var jobs = new List<TestJob>();
        for (var n = 0; n < 64; n++)
        {
            jobs.Add(new TestJob
            {
                Id = $"j{n}",
                Tenant = n % 2 == 0 ? "acme" : "umbrella",
                User = n % 4 < 2 ? "ann" : "bob",
                Phase = n % 8 < 4 ? "Running" : "Failed",
                Ended = n % 8 >= 4,
                Name = n % 16 < 8 ? "train" : "eval",
                Pool = n % 32 < 16 ? "h100" : "a100",
                Submitted = n,
            });
            await Put(jobs[^1]);
        }

        foreach (var query in Combinations())
        {
            var expected = jobs.Where(j => Matches(query, j)).OrderByDescending(j => j.Submitted).Select(j => j.Id);
            Assert.Equal(expected, (await Index.Query(query)).Rows.Select(r => r.Job.Value));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("!!!")]
    [InlineData("AQAAAAAAAAAAAA")]
    public async Task A_continuation_we_did_not_make_is_refused_in_words(string after) =>
        await Assert.ThrowsAsync<InvalidContinuationException>(() => Index.Query(new JobQuery(null, After: after)));

    [Fact]
    public async Task A_continuation_with_any_character_changed_is_refused()
    {
        for (var n = 0; n < 3; n++)
            await Put(new TestJob { Id = $"j{n}", Submitted = n });
        var next = (await Index.Query(new JobQuery(null, Limit: 1))).Next!;

        for (var i = 0; i < next.Length; i++)
        {
            var changed = next[..i] + (next[i] == 'A' ? 'B' : 'A') + next[(i + 1)..];
            await Assert.ThrowsAsync<InvalidContinuationException>(() => Index.Query(new JobQuery(null, After: changed)));
        }
    }

    [Fact]
    public async Task A_continuation_of_one_tenant_shows_another_nothing_of_it()
    {
        for (var n = 0; n < 4; n++)
            await Put(new TestJob { Id = $"j{n}", Submitted = n });
        var next = (await Index.Query(new JobQuery(new TenantId("acme"), Limit: 2))).Next;

        Assert.Empty((await Index.Query(new JobQuery(new TenantId("umbrella"), After: next))).Rows);
    }

    [Fact]
    public async Task Get_answers_those_that_exist_once_each()
    {
        await Put(new TestJob { Id = "j1" });
        await Put(new TestJob { Id = "j2" });

        var rows = await Index.Get([new JobId("j2"), new JobId("nope"), new JobId("j1"), new JobId("j2"), new JobId("it's \"quoted\"")]);
        Assert.Equal(["j1", "j2"], rows.Select(r => r.Job.Value));
    }

    [Fact]
    public async Task Scan_walks_everything_in_id_order_with_or_without_the_ended()
    {
        for (var n = 0; n < 10; n++)
            await Put(new TestJob { Id = $"j{n}", Ended = n % 2 == 0, Submitted = 100 - n });

        Assert.Equal(["j3", "j5"], (await Index.Scan(new JobId("j2"), 2, includeEnded: false)).Select(r => r.Job.Value));
        Assert.Equal(["j3", "j4"], (await Index.Scan(new JobId("j2"), 2, includeEnded: true)).Select(r => r.Job.Value));
        Assert.Equal(10, (await Index.Scan(null, 100, includeEnded: true)).Count);
    }

    [Fact]
    public async Task Due_answers_passed_deadlines_earliest_first()
    {
        await Put(new TestJob { Id = "late", Deadline = 30 });
        await Put(new TestJob { Id = "early", Deadline = 10 });
        await Put(new TestJob { Id = "exact", Deadline = 20 });
        await Put(new TestJob { Id = "none" });

        Assert.Equal(["early", "exact"], (await Index.Due(TestJob.Epoch.AddSeconds(20), 10)).Select(j => j.Value));
        Assert.Equal(["early"], (await Index.Due(TestJob.Epoch.AddSeconds(99), 1)).Select(j => j.Value));
    }

    [Fact]
    public async Task Live_jobs_are_counted_by_tenant()
    {
        await Put(new TestJob { Id = "a" });
        await Put(new TestJob { Id = "b" });
        await Put(new TestJob { Id = "c", Tenant = "umbrella" });
        await Put(new TestJob { Id = "d", Ended = true });

        var counts = await Index.CountLive();
        Assert.Equal(2, counts.Count);
        Assert.Equal(2, counts[new TenantId("acme")]);
        Assert.Equal(1, counts[new TenantId("umbrella")]);
    }

    [Fact]
    public async Task Columns_are_there_after_the_store_was_opened_again()
    {
        await Put(new TestJob { Id = "a" });
        await _storage.Reopen();

        Assert.Single(await Index.Scan(null, 10, includeEnded: false));
    }

    private static IEnumerable<JobQuery> Combinations() =>
        from tenant in new TenantId?[] { null, new("acme") }
        from user in new[] { null, "ann" }
        from phase in new[] { null, "Failed" }
        from name in new[] { null, "eval" }
        from pool in new PoolId?[] { null, new("a100") }
        from ended in new bool?[] { null, true, false }
        select new JobQuery(tenant, phase, user, name, pool, ended);

    private static bool Matches(JobQuery query, TestJob job) =>
        (query.Tenant?.Value ?? job.Tenant) == job.Tenant && (query.User ?? job.User) == job.User && (query.Phase ?? job.Phase) == job.Phase
        && (query.Name ?? job.Name) == job.Name && (query.Pool?.Value ?? job.Pool) == job.Pool && (query.Ended ?? job.Ended) == job.Ended;

    private Task Put(TestJob job) => _storage.Grains.Put(job.Id, job);
}
