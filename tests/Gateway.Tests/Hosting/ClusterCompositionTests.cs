using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using Gateway.Hosting;
using Gateway.Tests.Api;
using Gateway.Tests.Support;

namespace Gateway.Tests.Hosting;

/// <summary>The API over the real grains, storage in memory and 16 hollow nodes of 8 GPUs, where an hour takes a second.</summary>
public sealed class RealGateway() : TestGateway(
    builder => ClusterComposition.Add(builder, new CommandLine { Hollow = "synthetic:16x8", TimeScale = 3600 }), ("Silo:Storage", "Memory"))
{
    /// <summary>Every test finds a cluster: a job that comes before the first pool is refused.</summary>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Nodes();
    }

    /// <summary>Asks until all of the pool's nodes are offered.</summary>
    internal async Task Nodes()
    {
        while ((await Get("/api/v1/cluster/summary")).Body["schedulableNodes"]!.GetValue<int>() < 16)
            await Task.Yield();
    }

    /// <summary>Follows a job's events until one is of this type; null when the stream ends before.</summary>
    internal async Task<JsonNode?> Event(string id, string type)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var stream = await Http.GetStreamAsync($"/api/v1/jobs/{id}/events", patience.Token);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(patience.Token))
        {
            if (item.EventType == type)
                return JsonNode.Parse(item.Data);
        }

        return null;
    }
}

public sealed class ClusterCompositionTests(RealGateway gateway) : IClassFixture<RealGateway>
{
    [Fact]
    public async Task A_job_runs_from_its_submission_to_its_end()
    {
        await gateway.Nodes();
        var id = await gateway.Submit(b => b["runForSeconds"] = 600);

        var ended = await gateway.Event(id, "Ended");

        Assert.Equal("Succeeded", ended!["phase"]!.GetValue<string>());
        var job = (await gateway.Get($"/api/v1/jobs/{id}")).Body;
        Assert.Equal(("Succeeded", true, 1), (job["phase"]!.GetValue<string>(), job["ended"]!.GetValue<bool>(), job["attempt"]!.GetValue<int>()));
        Assert.NotNull(job["startedAt"]);
        Assert.Equal(204, (await gateway.Get($"/api/v1/jobs/{id}/events", null, ("Last-Event-ID", ended["sequence"]!.ToString()))).Status);
    }

    [Fact]
    public async Task A_running_jobs_workers_are_on_named_nodes_and_a_drain_moves_them()
    {
        await gateway.Nodes();
        var id = await gateway.Submit();
        await gateway.Event(id, "Started");
        var before = await Workers(id);

        var drained = await gateway.Post($"/api/v1/nodes/{before[0]}:drain", new JsonObject { ["reason"] = "fan" });
        var requeued = await gateway.Event(id, "Requeued");

        Assert.Equal(200, drained.Status);
        Assert.Equal(4, before.Distinct().Count());
        Assert.Contains(before[0], requeued!["message"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(200, (await gateway.Post($"/api/v1/jobs/{id}:cancel", (JsonNode?)null)).Status);
        Assert.Equal("Cancelled", (await gateway.Event(id, "Ended"))!["phase"]!.GetValue<string>());
        Assert.Equal("Ready", (await gateway.Post($"/api/v1/nodes/{before[0]}:uncordon", new JsonObject { ["reason"] = "mended" })).Body["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_can_never_fit_is_said_at_once()
    {
        await gateway.Nodes();
        var id = await gateway.Submit(b => b["roles"]![0]!["count"] = 400);

        JsonNode explanation;
        do
            explanation = (await gateway.Get($"/api/v1/jobs/{id}/explain")).Body;
        while (explanation["reason"]!.GetValue<string>() is "PendingEvaluation" or "Placing");

        Assert.Equal("NeverFits", explanation["reason"]!.GetValue<string>());
        Assert.Equal((400, 16), (explanation["workersNeeded"]!.GetValue<int>(), explanation["nodesEvaluated"]!.GetValue<int>()));
        Assert.Equal(200, (await gateway.Post($"/api/v1/jobs/{id}:cancel", (JsonNode?)null)).Status);
        (await gateway.Post($"/api/v1/jobs/{id}:resume", (JsonNode?)null)).IsProblem(409, "Conflict");
    }

    [Fact]
    public async Task A_key_keeps_its_promise()
    {
        var key = ("Idempotency-Key", "composition-1");
        var first = await gateway.Post("/api/v1/jobs", Bodies.Job(b => b["runForSeconds"] = 1), headers: key);
        var same = await gateway.Post("/api/v1/jobs", Bodies.Job(b => b["runForSeconds"] = 1), headers: key);
        var other = await gateway.Post("/api/v1/jobs", Bodies.Job(b => b["runForSeconds"] = 2), headers: key);

        Assert.Equal((201, 200), (first.Status, same.Status));
        Assert.Equal(first.Body["id"]!.GetValue<string>(), same.Body["id"]!.GetValue<string>());
        other.IsProblem(409, "IdempotencyKeyReused");
    }

    [Fact]
    public async Task Jobs_are_found_as_soon_as_they_are_acknowledged()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add(await gateway.Submit(b => (b["name"], b["runForSeconds"]) = ("listed", 1)));

        var pages = await JobsApiTests.Pages("/api/v1/jobs?name=listed&maxpagesize=2", gateway);

        Assert.Equal([2, 2, 1], pages.Select(p => p.Count));
        Assert.Equal(ids.Order(), pages.SelectMany(p => p).Select(j => j["id"]!.GetValue<string>()).Order());
    }

    [Fact]
    public async Task A_quota_tree_is_made_read_and_guarded_by_its_version()
    {
        var settings = JsonNode.Parse("""{ "nominal": { "gpu": 8000 }, "limit": { "gpu": 16000 } }""")!;

        (await gateway.Get("/api/v1/quotas/research")).IsProblem(404, "NotFound");
        var made = await gateway.Put("/api/v1/quotas/research", settings, null, ("If-None-Match", "*"));
        var again = await gateway.Put("/api/v1/quotas/research", settings, null, ("If-None-Match", "*"));
        var team = await gateway.Put("/api/v1/quotas/research/blue", settings, null, ("If-Match", made.Headers["ETag"]));
        var stale = await gateway.Put("/api/v1/quotas/research/blue", settings, null, ("If-Match", made.Headers["ETag"]));
        var tree = await gateway.Get("/api/v1/quotas/research");

        Assert.Equal((201, 201), (made.Status, team.Status));
        again.IsProblem(412, "PreconditionFailed");
        stale.IsProblem(412, "PreconditionFailed");
        Assert.Equal(["research", "research/blue"], tree.Body["levels"]!.AsArray().Select(l => l!["path"]!.GetValue<string>()));
        Assert.Equal(team.Headers["ETag"], tree.Headers["ETag"]);
    }

    [Fact]
    public async Task Racks_nodes_and_metrics_agree_with_the_inventory()
    {
        await gateway.Nodes();

        var nodes = await JobsApiTests.Pages("/api/v1/pools/openb/nodes?maxpagesize=5", gateway);
        var racks = await JobsApiTests.Pages("/api/v1/pools/openb/racks", gateway);

        Assert.Equal(16, nodes.Sum(p => p.Count));
        Assert.Equal(128_000, racks.SelectMany(p => p).Sum(r => r["capacity"]!["gpuMilli"]!.GetValue<long>()));
        Assert.Equal(200, (await gateway.Get("/healthz/ready")).Status);
        Assert.Contains("orleans_scheduler_", (await gateway.Get("/metrics")).Text, StringComparison.Ordinal);
    }

    private async Task<string[]> Workers(string id) =>
        [.. (await gateway.Get($"/api/v1/jobs/{id}/workers")).Body["value"]!.AsArray().Select(w => w!["node"]!.GetValue<string>())];
}
