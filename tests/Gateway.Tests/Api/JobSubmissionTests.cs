using Gateway.Tests.Fakes;
using Gateway.Tests.Support;
using Grains;
using Scheduling.Model;

namespace Gateway.Tests.Api;

/// <summary>What a good submission becomes, and what a key makes of repeated ones.</summary>
public sealed class JobSubmissionTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    private const string Jobs = "/api/v1/jobs";

    [Fact]
    public async Task A_job_is_created_with_its_address_and_version()
    {
        var reply = await gateway.Post(Jobs, Bodies.Job());

        Assert.Equal(201, reply.Status);
        var id = reply.Body["id"]!.GetValue<string>();
        Assert.Matches("^j-[a-z2-7]{20}$", id);
        Assert.Equal($"/api/v1/jobs/{id}", reply.Headers["Location"]);
        Assert.Equal("\"1\"", reply.Headers["ETag"]);
        Assert.Equal("Pending", reply.Body["phase"]!.GetValue<string>());
        Assert.Equal(32_000, reply.Body["gpuMilli"]!.GetValue<long>());
    }

    [Fact]
    public async Task What_is_left_out_gets_its_default()
    {
        var id = await gateway.Submit();

        var spec = gateway.Cluster.Jobs[id].Submitted!.Spec;
        Assert.Equal("local", spec.Tenant.Value);
        Assert.Equal("local", spec.User);
        Assert.Equal("default/local/local", spec.Quota.Value);
        Assert.Equal("main", spec.Pool.Value);
        Assert.Equal((0, 0), (spec.Priority, spec.MaxRetries));
        Assert.Equal(1000, spec.Roles[0].Shape.GpuMilli);
        Assert.Null(spec.RunFor);
        Assert.Null(spec.TimeLimit);
    }

    [Fact]
    public async Task A_team_path_is_completed_with_the_user()
    {
        var id = await gateway.Submit(b => b["quota"] = "research/local");

        Assert.Equal("research/local/local", gateway.Cluster.Jobs[id].Submitted!.Spec.Quota.Value);
    }

    [Fact]
    public async Task The_cohort_of_the_configuration_is_the_default()
    {
        await using var other = await TestGateway.Start(settings: ("Gateway:Cohort", "research"));

        var id = await other.Submit();

        Assert.Equal("research/local/local", other.Cluster.Jobs[id].Submitted!.Spec.Quota.Value);
    }

    [Fact]
    public async Task Two_submissions_without_a_key_are_two_jobs() =>
        Assert.NotEqual(await gateway.Submit(), await gateway.Submit());

    [Fact]
    public async Task The_same_key_and_body_get_the_same_job()
    {
        var first = await gateway.Post(Jobs, Bodies.Job(), headers: ("Idempotency-Key", "same-1"));
        var again = await gateway.Post(Jobs, Bodies.Job(), headers: ("Idempotency-Key", "same-1"));

        Assert.Equal((201, 200), (first.Status, again.Status));
        Assert.Equal(first.Body["id"]!.GetValue<string>(), again.Body["id"]!.GetValue<string>());
        Assert.Equal(first.Headers["Location"], again.Headers["Location"]);
        Assert.Equal("\"1\"", again.Headers["ETag"]);
    }

    [Fact]
    public async Task A_body_that_says_the_same_in_other_words_is_the_same()
    {
        var first = await gateway.Post(Jobs, """{"name":"a","labels":{"x":"1","y":"2"},"roles":[{"name":"w","count":1,"cpuMilli":1,"memoryMiB":1,"gpus":0}]}""", headers: ("Idempotency-Key", "same-2"));
        var again = await gateway.Post(
            Jobs, """{ "priority":0, "roles":[{"gpus":0,"memoryMiB":1,"cpuMilli":1,"count":1,"name":"w","gpuMilli":1000}], "labels":{"y":"2","x":"1"}, "topology":{"required":"none"}, "name":"a" }""",
            headers: ("Idempotency-Key", "same-2"));

        Assert.Equal((201, 200), (first.Status, again.Status));
    }

    [Theory]
    [InlineData("priority", 7)]
    [InlineData("maxRetries", 1)]
    [InlineData("timeLimitSeconds", 60)]
    [InlineData("runForSeconds", 60)]
    public async Task The_same_key_with_another_body_is_409(string field, int value)
    {
        var key = ("Idempotency-Key", $"other-{field}");
        await gateway.Post(Jobs, Bodies.Job(), headers: key);

        var reply = await gateway.Post(Jobs, Bodies.Job(b => b[field] = value), headers: key);

        reply.IsProblem(409, "IdempotencyKeyReused");
    }

    [Fact]
    public async Task The_same_key_with_another_shape_is_409()
    {
        var key = ("Idempotency-Key", "shape");
        await gateway.Post(Jobs, Bodies.Job(), headers: key);

        var reply = await gateway.Post(Jobs, Bodies.Job(b => b["roles"]![0]!["count"] = 5), headers: key);

        reply.IsProblem(409, "IdempotencyKeyReused");
    }

    [Theory]
    [InlineData("")]
    [InlineData("has space")]
    [InlineData("tab\tin")]
    [InlineData("zürich")]
    public async Task A_key_that_is_not_visible_ASCII_is_400(string key)
    {
        var reply = await gateway.Post(Jobs, Bodies.Job(), headers: ("Idempotency-Key", key));

        Assert.Contains("Idempotency-Key", reply.IsProblem(400, "InvalidParameter").Keys);
    }

    [Fact]
    public async Task A_key_may_have_255_characters_and_no_more()
    {
        var longest = await gateway.Post(Jobs, Bodies.Job(), headers: ("Idempotency-Key", new string('k', 255)));
        var longer = await gateway.Post(Jobs, Bodies.Job(), headers: ("Idempotency-Key", new string('k', 256)));

        Assert.Equal(201, longest.Status);
        longer.IsProblem(400, "InvalidParameter");
    }

    [Fact]
    public async Task Two_keys_in_one_request_are_400()
    {
        var reply = await gateway.Post(Jobs, Bodies.Job(), headers: [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]);

        reply.IsProblem(400, "InvalidParameter");
    }

    [Fact]
    public async Task With_two_pools_one_must_be_named()
    {
        await using var two = await TestGateway.Start(new FakeCluster("east", "west"));

        var reply = await two.Post(Jobs, Bodies.Job());

        var rule = Assert.Single(reply.IsProblem(422, "ValidationFailed")["pool"]);
        Assert.Contains("east, west", rule, StringComparison.Ordinal);
        Assert.Equal("west", two.Cluster.Jobs[await two.Submit(b => b["pool"] = "west")].Submitted!.Spec.Pool.Value);
    }

    [Fact]
    public async Task Without_any_pool_a_submission_is_refused()
    {
        await using var none = await TestGateway.Start(new FakeCluster());

        var reply = await none.Post(Jobs, Bodies.Job());

        Assert.Contains("none yet", Assert.Single(reply.IsProblem(422, "ValidationFailed")["pool"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_used_key_finds_its_job_after_a_second_pool_appeared()
    {
        await using var growing = await TestGateway.Start(new FakeCluster("first"));
        var first = await growing.Post(Jobs, Bodies.Job(), headers: ("Idempotency-Key", "k"));
        growing.Cluster.AddPool("second");
        while ((await growing.Get("/api/v1/pools/second")).Status == 404)
            continue; // An unknown name makes the gateway look again, at most ten times a second.

        var again = await growing.Post(Jobs, Bodies.Job(), headers: ("Idempotency-Key", "k"));

        Assert.Equal((201, 200), (first.Status, again.Status));
        Assert.Equal("first", again.Body["pool"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_tenant_with_too_many_waiting_jobs_is_429_but_may_repeat_what_it_sent()
    {
        await using var full = await TestGateway.Start(settings: ("Gateway:PendingJobsPerTenant", "2"));
        await full.Post(Jobs, Bodies.Job(), headers: ("Idempotency-Key", "one"));
        await full.Post(Jobs, Bodies.Job(), headers: ("Idempotency-Key", "two"));
        full.Cluster.Pools["main"].Pending = 2;

        var third = await full.Post(Jobs, Bodies.Job());
        var again = await full.Post(Jobs, Bodies.Job(), headers: ("Idempotency-Key", "one"));

        third.IsProblem(429, "PendingLimitReached");
        Assert.Equal("30", third.Headers["Retry-After"]);
        Assert.Equal(200, again.Status);
    }

    [Fact]
    public async Task Jobs_that_wait_outside_of_the_queue_count_for_their_tenant_and_for_no_other()
    {
        await using var full = await TestGateway.Start(settings: ("Gateway:LiveJobsPerTenant", "5"));
        full.Cluster.Index.Others[new TenantId("many")] = 4;

        var fifth = await full.Post(Jobs, Bodies.Job(b => b["tenant"] = "many"));
        var refused = await full.Post(Jobs, Bodies.Job(b => b["tenant"] = "many"));
        var other = await full.Post(Jobs, Bodies.Job(b => b["tenant"] = "another"));

        Assert.Equal(201, fifth.Status);
        refused.IsProblem(429, "PendingLimitReached");
        Assert.Contains("not ended", refused.Body["detail"]!.GetValue<string>());
        Assert.Equal(201, other.Status);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_with_the_same_id()
    {
        await using var flaky = await TestGateway.Start();
        var lost = 0;
        flaky.Cluster.Before = (type, _, method) =>
            type == "IJobGrain" && method == "Submit" && Interlocked.Increment(ref lost) <= 2 ? throw new TimeoutException() : Task.CompletedTask;

        var reply = await flaky.Post(Jobs, Bodies.Job());

        Assert.Equal(201, reply.Status);
        Assert.Equal(3, lost);
        Assert.Single(flaky.Cluster.Jobs);
    }

    [Fact]
    public async Task A_grain_that_never_answers_is_503_with_a_time_to_wait()
    {
        await using var dead = await TestGateway.Start(settings: [("Gateway:CallTimeout", "00:00:00.05"), ("Gateway:CallBudget", "00:00:00.30")]);
        dead.Cluster.Before = (type, _, _) => type == "IJobGrain" ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;

        var reply = await dead.Post(Jobs, Bodies.Job());

        reply.IsProblem(503, "Unavailable");
        Assert.Equal("1", reply.Headers["Retry-After"]);
    }

    [Fact]
    public async Task The_caller_reaches_the_grain()
    {
        var id = await gateway.Submit();

        var caller = gateway.Cluster.Jobs[id].Submitted!.Caller;
        Assert.Equal(("local", true), (caller.User, caller.IsAdmin));
        Assert.True(caller.Roles.HasFlag(CallerRoles.Submitter));
    }
}
