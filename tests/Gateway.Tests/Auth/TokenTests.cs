using System.Text.Json.Nodes;
using Gateway.Tests.Fakes;
using Gateway.Tests.Support;
using Grains;
using Scheduling.Model;
using Scheduling.Nodes;
using Scheduling.Quotas;

namespace Gateway.Tests.Auth;

/// <summary>Real signed tokens of an issuer that serves discovery on this machine.</summary>
public sealed class TokenTests(TestIssuer issuer) : IClassFixture<TestIssuer>, IAsyncLifetime
{
    private TestGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        var cluster = new FakeCluster("main");
        _ = cluster.Grain(typeof(Grains.Nodes.INodeGrain), "n1");
        cluster.Nodes["n1"].View = Some.Node("n1");
        _ = cluster.Grain(typeof(Grains.Quotas.IQuotaGrain), "default");
        cluster.Quotas["default"].Put("default", new QuotaSpec());
        _gateway = await TestGateway.Start(cluster, issuer);
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_submitter_with_a_good_token_submits_for_the_own_tenant()
    {
        var id = await _gateway.Submit(token: issuer.Submitter("blue", "ann"));

        var submitted = _gateway.Cluster.Jobs[id].Submitted!;
        Assert.Equal(("blue", "ann", "default/blue/ann"), (submitted.Spec.Tenant.Value, submitted.Spec.User, submitted.Spec.Quota.Value));
        Assert.Equal(CallerRoles.Submitter, submitted.Caller.Roles);
    }

    [Theory]
    [InlineData("GET", "/api/v1/jobs")]
    [InlineData("POST", "/api/v1/jobs")]
    [InlineData("GET", "/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa")]
    [InlineData("POST", "/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa:cancel")]
    [InlineData("GET", "/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa/events")]
    [InlineData("GET", "/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa/explain")]
    [InlineData("GET", "/api/v1/pools")]
    [InlineData("GET", "/api/v1/nodes/n1")]
    [InlineData("POST", "/api/v1/nodes/n1:drain")]
    [InlineData("GET", "/api/v1/quotas")]
    [InlineData("PUT", "/api/v1/quotas/default")]
    [InlineData("GET", "/api/v1/cluster/summary")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/no/such/path")]
    public async Task Without_a_token_everything_is_401(string method, string path)
    {
        var reply = await _gateway.Send(new HttpMethod(method), path);

        reply.IsProblem(401, "Unauthenticated");
        Assert.Equal("Bearer", reply.Headers["WWW-Authenticate"]);
        Assert.Empty(_gateway.Cluster.Calls);
    }

    public static TheoryData<string> BadTokens => ["another issuer", "another audience", "expired", "another key", "unsigned", "garbled", "no user", "a tenant that is no name", "HMAC"];

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_bad_token_is_401(string what)
    {
        var token = what switch
        {
            "another issuer" => issuer.Token("blue", "ann", ["admin"], issuer: "http://127.0.0.1:1/other"),
            "another audience" => issuer.Token("blue", "ann", ["admin"], audience: "somebody-else"),
            "expired" => issuer.Token("blue", "ann", ["admin"], lifetime: TimeSpan.FromMinutes(-5)),
            "another key" => issuer.Token("blue", "ann", ["admin"], otherKey: true),
            "unsigned" => issuer.Token("blue", "ann", ["admin"], unsigned: true),
            "no user" => issuer.Token("blue", "ann", ["admin"], userClaim: "nickname"),
            "a tenant that is no name" => issuer.Token("blue/../red", "ann", ["admin"]),
            "HMAC" => issuer.HmacToken("blue", "ann", ["admin"]),
            _ => issuer.Submitter("blue")[..^9] + "AAAAAAAAA",
        };

        var reply = await _gateway.Get("/api/v1/jobs", token);

        reply.IsProblem(401, "Unauthenticated");
        Assert.Empty(_gateway.Cluster.Calls);
    }

    [Fact]
    public async Task A_header_may_not_say_who_one_is()
    {
        var reply = await _gateway.Get("/api/v1/jobs", null, ("X-Sched-User", "admin"), ("X-Forwarded-User", "admin"), ("Authorization", "Basic YWRtaW46YWRtaW4="));

        reply.IsProblem(401, "Unauthenticated");
    }

    public static TheoryData<string, string, string, string> Missing => new()
    {
        { "none", "GET", "/api/v1/jobs", "" },
        { "none", "GET", "/api/v1/pools", "" },
        { "reader", "POST", "/api/v1/jobs", "" },
        { "operator", "POST", "/api/v1/jobs", "" },
        { "reader", "POST", "/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa:cancel", "" },
        { "reader", "POST", "/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa:suspend", "" },
        { "operator", "POST", "/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa:resume", "" },
        { "submitter", "POST", "/api/v1/nodes/n1:cordon", "" },
        { "submitter", "POST", "/api/v1/nodes/n1:uncordon", "" },
        { "reader", "POST", "/api/v1/nodes/n1:drain", "" },
        { "reader", "POST", "/api/v1/pools/main/replay", "" },
        { "submitter", "POST", "/api/v1/pools/main/replay", "" },
        { "operator", "PUT", "/api/v1/quotas/default", "" },
        { "submitter", "PUT", "/api/v1/quotas/default", "" },
        { "submitter", "GET", "/metrics", "" },
    };

    [Theory]
    [MemberData(nameof(Missing))]
    public async Task Without_the_role_it_is_403(string role, string method, string path, string body)
    {
        var reply = await _gateway.Send(new HttpMethod(method), path, body.Length > 0 ? new StringContent(body) : null, issuer.Token("blue", "ann", [role]));

        reply.IsProblem(403, "Forbidden");
        Assert.Empty(_gateway.Cluster.Calls);
    }

    [Fact]
    public async Task Another_tenants_job_is_404_exactly_like_a_missing_one()
    {
        var id = await _gateway.Submit(token: issuer.Submitter("red"));
        var blue = issuer.Submitter("blue");

        foreach (var (method, suffix) in new[] { ("GET", ""), ("GET", "/explain"), ("GET", "/workers"), ("GET", "/events"), ("POST", ":cancel"), ("POST", ":suspend"), ("POST", ":resume") })
        {
            var theirs = await _gateway.Send(new HttpMethod(method), $"/api/v1/jobs/{id}{suffix}", token: blue);
            var missing = await _gateway.Send(new HttpMethod(method), $"/api/v1/jobs/j-aaaaaaaaaaaaaaaaaaaa{suffix}", token: blue);

            theirs.IsProblem(404, "NotFound");
            Assert.Equal(WithoutTrace(missing), WithoutTrace(theirs));
        }

        Assert.Equal(Scheduling.Jobs.JobPhase.Pending, _gateway.Cluster.Jobs[id].View!.Phase);
    }

    [Fact]
    public async Task An_operator_reads_every_tenants_job_but_cannot_cancel_it()
    {
        var id = await _gateway.Submit(token: issuer.Submitter("red"));

        Assert.Equal(200, (await _gateway.Get($"/api/v1/jobs/{id}", issuer.Operator())).Status);
        (await _gateway.Post($"/api/v1/jobs/{id}:cancel", (JsonNode?)null, issuer.Operator())).IsProblem(403, "Forbidden");
    }

    [Fact]
    public async Task Submitting_for_another_tenant_is_403_unless_admin()
    {
        var refused = await _gateway.Post("/api/v1/jobs", Bodies.Job(b => b["tenant"] = "red"), issuer.Submitter("blue"));
        var allowed = await _gateway.Post("/api/v1/jobs", Bodies.Job(b => b["tenant"] = "red"), issuer.Admin());

        refused.IsProblem(403, "Forbidden");
        Assert.Equal((201, "red"), (allowed.Status, allowed.Body["tenant"]!.GetValue<string>()));
    }

    [Fact]
    public async Task An_admin_without_a_tenant_must_name_one()
    {
        var reply = await _gateway.Post("/api/v1/jobs", Bodies.Job(), issuer.Admin());

        Assert.Equal(["tenant"], reply.IsProblem(422, "ValidationFailed").Keys);
    }

    [Fact]
    public async Task A_quota_under_another_user_is_refused()
    {
        var reply = await _gateway.Post("/api/v1/jobs", Bodies.Job(b => b["quota"] = "default/blue/bob"), issuer.Submitter("blue", "ann"));

        Assert.Equal(["quota"], reply.IsProblem(422, "ValidationFailed").Keys);
    }

    [Fact]
    public async Task The_same_key_of_two_tenants_is_two_jobs()
    {
        var blue = await _gateway.Post("/api/v1/jobs", Bodies.Job(), issuer.Submitter("blue"), ("Idempotency-Key", "k"));
        var red = await _gateway.Post("/api/v1/jobs", Bodies.Job(), issuer.Submitter("red"), ("Idempotency-Key", "k"));

        Assert.Equal((201, 201), (blue.Status, red.Status));
        Assert.NotEqual(blue.Body["id"]!.GetValue<string>(), red.Body["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_same_key_of_two_users_of_a_tenant_is_409()
    {
        await _gateway.Post("/api/v1/jobs", Bodies.Job(), issuer.Submitter("blue", "ann"), ("Idempotency-Key", "shared"));

        var reply = await _gateway.Post("/api/v1/jobs", Bodies.Job(), issuer.Submitter("blue", "bob"), ("Idempotency-Key", "shared"));

        reply.IsProblem(409, "IdempotencyKeyReused");
    }

    [Fact]
    public async Task A_tenant_lists_its_own_jobs_only()
    {
        var mine = await _gateway.Submit(token: issuer.Submitter("blue"));
        await _gateway.Submit(token: issuer.Submitter("red"));

        var list = await _gateway.Get("/api/v1/jobs", issuer.Reader("blue"));
        var own = await _gateway.Get("/api/v1/jobs?tenant=blue", issuer.Reader("blue"));
        var theirs = await _gateway.Get("/api/v1/jobs?tenant=red", issuer.Reader("blue"));
        var none = await _gateway.Get("/api/v1/jobs", issuer.Token(null, "ann", ["reader"]));

        Assert.Equal([mine], list.Body["value"]!.AsArray().Select(j => j!["id"]!.GetValue<string>()));
        Assert.Single(own.Body["value"]!.AsArray());
        theirs.IsProblem(403, "Forbidden");
        none.IsProblem(403, "Forbidden");
    }

    [Fact]
    public async Task An_operator_lists_all_tenants_jobs()
    {
        await _gateway.Submit(token: issuer.Submitter("blue"));
        await _gateway.Submit(token: issuer.Submitter("red"));

        var all = await _gateway.Get("/api/v1/jobs", issuer.Operator());
        var red = await _gateway.Get("/api/v1/jobs?tenant=red", issuer.Operator());

        Assert.Equal(["blue", "red"], all.Body["value"]!.AsArray().Select(j => j!["tenant"]!.GetValue<string>()).Order());
        Assert.Single(red.Body["value"]!.AsArray());
    }

    [Fact]
    public async Task Job_ids_in_racks_are_for_operators()
    {
        _gateway.Cluster.Racks["main/r1"] = Some.Rack("main/r1", ["n1"], new AttemptId(new JobId("j-secret"), 1));

        var tenant = await _gateway.Get("/api/v1/pools/main/racks/r1", issuer.Reader("blue"));
        var operatorsView = await _gateway.Get("/api/v1/pools/main/racks/r1", issuer.Operator());

        Assert.Equal(200, tenant.Status);
        Assert.DoesNotContain("j-secret", tenant.Text, StringComparison.Ordinal);
        Assert.Equal("j-secret", operatorsView.Body["allocations"]![0]!["job"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_tenant_sees_only_its_part_of_a_quota_tree()
    {
        var quota = _gateway.Cluster.Quotas["default"];
        quota.Put("default/blue", new QuotaSpec());
        quota.Put("default/red", new QuotaSpec());

        var tree = await _gateway.Get("/api/v1/quotas/default", issuer.Reader("blue"));
        var theirs = await _gateway.Get("/api/v1/quotas/default/red", issuer.Reader("blue"));
        var stranger = await _gateway.Get("/api/v1/quotas", issuer.Reader("green"));

        Assert.Equal(["default", "default/blue"], tree.Body["levels"]!.AsArray().Select(l => l!["path"]!.GetValue<string>()));
        theirs.IsProblem(404, "NotFound");
        Assert.Empty(stranger.Body["value"]!.AsArray());
    }

    [Fact]
    public async Task A_drain_carries_who_did_it()
    {
        var reply = await _gateway.Post("/api/v1/nodes/n1:drain", new JsonObject { ["reason"] = "fan" }, issuer.Operator("olga"));

        Assert.Equal((200, "Draining", "olga", "fan"), (reply.Status, reply.Body["state"]!.GetValue<string>(), reply.Body["by"]!.GetValue<string>(), reply.Body["reason"]!.GetValue<string>()));
        Assert.Equal(NodeState.Draining, _gateway.Cluster.Nodes["n1"].View!.State);
    }

    [Theory]
    [InlineData("ann@example.com", "^ann@example\\.com$")]
    [InlineData("auth0|5f7c8ec7c33c6c004bbafe82", "^u-auth0-5f7c8ec7c33c6c004bbafe82-[a-z2-7]{12}$")]
    [InlineData("a/b", "^u-a-b-[a-z2-7]{12}$")]
    public async Task A_users_name_always_fits_its_quota_path(string user, string pattern)
    {
        var id = await _gateway.Submit(token: issuer.Submitter("blue", user));

        var spec = _gateway.Cluster.Jobs[id].Submitted!.Spec;
        Assert.Matches(pattern, spec.User);
        Assert.Equal($"default/blue/{spec.User}", spec.Quota.Value);
    }

    [Fact]
    public async Task The_subject_is_the_user_where_a_token_has_no_preferred_name()
    {
        var id = await _gateway.Submit(token: issuer.Token("blue", "subject-1", ["submitter"], userClaim: "sub"));

        Assert.Equal("subject-1", _gateway.Cluster.Jobs[id].Submitted!.Spec.User);
    }

    [Fact]
    public async Task Probes_and_the_API_document_need_no_token()
    {
        foreach (var path in new[] { "/healthz/live", "/healthz/ready", "/openapi/v1.json" })
            Assert.Equal(200, (await _gateway.Get(path)).Status);
    }

    [Fact]
    public async Task With_an_issuer_any_host_name_is_answered() =>
        Assert.Equal(200, (await _gateway.Get("/healthz/live", null, ("Host", "scheduler.example.com"))).Status);

    [Fact]
    public async Task Metrics_may_be_opened_to_scrapers()
    {
        await using var open = await TestGateway.Start(issuer: issuer, settings: ("Gateway:AnonymousMetrics", "true"));

        Assert.Equal(200, (await open.Get("/metrics")).Status);
    }

    private static string WithoutTrace(Reply reply)
    {
        var body = reply.Body;
        body.AsObject().Remove("traceId");
        return body.ToJsonString();
    }
}
