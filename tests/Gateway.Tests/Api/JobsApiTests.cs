using System.Text.Json.Nodes;
using Gateway.Tests.Fakes;
using Gateway.Tests.Support;
using Scheduling.Jobs;

namespace Gateway.Tests.Api;

/// <summary>Reading and finding jobs.</summary>
public sealed class JobsApiTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    [Fact]
    public async Task A_job_reads_back_as_it_was_submitted()
    {
        var id = await gateway.Submit(b =>
        {
            b["labels"] = new JsonObject { ["team"] = "vision" };
            b["topology"] = new JsonObject { ["required"] = "block", ["preferred"] = "nvlink" };
            b["timeLimitSeconds"] = 3600;
            b["roles"]![0]!["gpuModels"] = new JsonArray("H100", "A100-80GB/1g.10gb");
            b["roles"]![0]!["nodeSelector"] = new JsonObject { ["zone"] = "a" };
            b["roles"]![0]!["extendedResources"] = new JsonObject { ["rdma/hca"] = 1, ["ephemeral-storage"] = "1.5Gi", ["hugepages-2Mi"] = "1Gi" };
            b["roles"]![0]!["nodeAffinity"] = JsonNode.Parse("""[{"matchExpressions":[{"key":"gen","operator":"Gt","values":["3"]},{"key":"slow","operator":"DoesNotExist"}]}]""");
        });

        var reply = await gateway.Get($"/api/v1/jobs/{id}");

        Assert.Equal(200, reply.Status);
        var job = reply.Body;
        Assert.Equal("train-1", job["name"]!.GetValue<string>());
        Assert.Equal("vision", job["labels"]!["team"]!.GetValue<string>());
        Assert.Equal(("block", "nvlink"), (job["topology"]!["required"]!.GetValue<string>(), job["topology"]!["preferred"]!.GetValue<string>()));
        Assert.Equal(3600, job["timeLimitSeconds"]!.GetValue<long>());
        Assert.Equal(["H100", "A100-80GB/1g.10gb"], job["roles"]![0]!["gpuModels"]!.AsArray().Select(m => m!.GetValue<string>()));
        Assert.Equal("a", job["roles"]![0]!["nodeSelector"]!["zone"]!.GetValue<string>());
        Assert.Equal("""{"ephemeral-storage":"1536Mi","hugepages-2Mi":"1024Mi","rdma/hca":1}""", job["roles"]![0]!["extendedResources"]!.ToJsonString());
        Assert.Equal(
            """[{"matchExpressions":[{"key":"gen","operator":"Gt","values":["3"]},{"key":"slow","operator":"DoesNotExist"}]}]""", job["roles"]![0]!["nodeAffinity"]!.ToJsonString());
        Assert.Equal((4, 1000), (job["workers"]!.GetValue<int>(), job["roles"]![0]!["gpuMilli"]!.GetValue<int>()));
        Assert.Null(job["placement"]);
        Assert.Null(job["runForSeconds"]);
    }

    [Fact]
    public async Task A_job_that_did_not_change_is_304()
    {
        var id = await gateway.Submit();
        var etag = (await gateway.Get($"/api/v1/jobs/{id}")).Headers["ETag"];

        var same = await gateway.Get($"/api/v1/jobs/{id}", null, ("If-None-Match", etag));
        var listed = await gateway.Get($"/api/v1/jobs/{id}", null, ("If-None-Match", $"\"999\", W/{etag}"));
        gateway.Cluster.Jobs[id].Become(JobPhase.Running, "Started");
        var changed = await gateway.Get($"/api/v1/jobs/{id}", null, ("If-None-Match", etag));

        Assert.Equal((304, "", etag), (same.Status, same.Text, same.Headers["ETag"]));
        Assert.Equal(304, listed.Status);
        Assert.Equal((200, "Running"), (changed.Status, changed.Body["phase"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("j-aaaaaaaaaaaaaaaaaaaa")]
    [InlineData("J-UPPER")]
    [InlineData("a.b")]
    [InlineData("%2e%2e")]
    [InlineData("a%2Fb")]
    public async Task A_job_that_there_is_not_is_404(string id) =>
        (await gateway.Get($"/api/v1/jobs/{id}")).IsProblem(404, "NotFound");

    [Fact]
    public async Task An_id_of_any_length_wakes_no_grain()
    {
        await using var fresh = await TestGateway.Start();

        (await fresh.Get($"/api/v1/jobs/{new string('a', 129)}")).IsProblem(404, "NotFound");

        Assert.Empty(fresh.Cluster.Calls);
    }

    [Fact]
    public async Task Workers_are_listed_with_their_nodes_page_by_page()
    {
        var id = await gateway.Submit();
        gateway.Cluster.Racks["main/r1"] = Some.Rack("main/r1", ["n1", "n2", "n3"]);
        gateway.Cluster.Racks["main/r2"] = Some.Rack("main/r2", ["n4", ""]);
        gateway.Cluster.Jobs[id].Become(JobPhase.Starting, "Placed", placement: Some.Placement(("main/r1", 3), ("main/r2", 2), ("main/gone", 1)));

        var pages = await Pages($"/api/v1/jobs/{id}/workers?maxpagesize=2");

        Assert.Equal([2, 2, 2], pages.Select(p => p.Count));
        var all = pages.SelectMany(p => p).ToArray();
        Assert.Equal([0, 1, 2, 3, 4, 5], all.Select(w => w["rank"]!.GetValue<int>()));
        Assert.Equal(["n1", "n2", "n3", "n4", null, null], all.Select(w => w["node"]?.GetValue<string>()));
        Assert.Equal([0, 5], all[0]["gpus"]!.AsArray().Select(g => g!.GetValue<int>()));
        var job = await gateway.Get($"/api/v1/jobs/{id}");
        Assert.Equal([3, 2, 1], job.Body["placement"]!.AsArray().Select(r => r!["workers"]!.GetValue<int>()));
    }

    [Fact]
    public async Task A_list_comes_newest_first_in_pages_without_gaps()
    {
        await using var fresh = await TestGateway.Start();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
            ids.Insert(0, await fresh.Submit());

        var pages = await Pages("/api/v1/jobs?maxpagesize=3", fresh);

        Assert.Equal([3, 3, 1], pages.Select(p => p.Count));
        Assert.Equal(ids, pages.SelectMany(p => p).Select(j => j["id"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Filters_reach_the_index_and_the_next_page()
    {
        await using var fresh = await TestGateway.Start();
        for (var i = 0; i < 3; i++)
            await fresh.Submit();

        var first = await fresh.Get("/api/v1/jobs?tenant=local&phase=Pending&user=local&name=train-1&pool=main&ended=false&maxpagesize=2");
        await fresh.Get(first.Body["nextLink"]!.GetValue<string>());

        var query = fresh.Cluster.Index.LastQuery!;
        Assert.Equal(("local", "Pending", "local", "train-1", "main", false, 2), (query.Tenant!.Value.Value, query.Phase, query.User, query.Name, query.Pool!.Value.Value, query.Ended, query.Limit));
        Assert.Equal(first.Body["value"]![1]!["id"]!.GetValue<string>(), query.After);
    }

    [Theory]
    [InlineData("maxpagesize=0", "maxpagesize")]
    [InlineData("maxpagesize=-1", "maxpagesize")]
    [InlineData("maxpagesize=1001", "maxpagesize")]
    [InlineData("maxpagesize=1000000000", "maxpagesize")]
    [InlineData("maxpagesize=99999999999999999999", "maxpagesize")]
    [InlineData("maxpagesize=1.5", "maxpagesize")]
    [InlineData("maxpagesize=NaN", "maxpagesize")]
    [InlineData("maxpagesize=", "maxpagesize")]
    [InlineData("maxpagesize=1&maxpagesize=2", "maxpagesize")]
    [InlineData("phase=pending", "phase")]
    [InlineData("phase=Dreaming", "phase")]
    [InlineData("phase=0", "phase")]
    [InlineData("ended=yes", "ended")]
    [InlineData("tenant=a/b", "tenant")]
    [InlineData("user=a%20b", "user")]
    [InlineData("name=A", "name")]
    [InlineData("pool=%27%3B--", "pool")]
    [InlineData("phse=Pending", "phse")]
    public async Task A_bad_list_parameter_is_400_and_named(string query, string name) =>
        Assert.Equal([name], (await gateway.Get($"/api/v1/jobs?{query}")).IsProblem(400, "InvalidParameter").Keys);

    public static TheoryData<string> BadTokens => ["", "x", "!!!", "AAAA", "AAAAAAAAAAAAAAAA", "another filter", "garbled", "another list", "too long", "twice"];

    [Theory]
    [MemberData(nameof(BadTokens))]
    public async Task A_continuation_token_that_this_list_did_not_give_is_400(string what)
    {
        await using var fresh = await TestGateway.Start();
        await fresh.Submit();
        await fresh.Submit();
        var token = TokenOf((await fresh.Get("/api/v1/jobs?maxpagesize=1")).Body["nextLink"]!.GetValue<string>());
        var query = what switch
        {
            "another filter" => $"ended=true&continuationToken={token}",
            "garbled" => $"continuationToken={(token[0] == 'A' ? 'B' : 'A')}{token[1..]}",
            "too long" => $"continuationToken={new string('A', 1028)}",
            "another list" => $"continuationToken={Gateway.Http.Paging.Encode("main/r1", "racks|main")}",
            "twice" => $"continuationToken={token}&continuationToken={token}",
            _ => $"continuationToken={Uri.EscapeDataString(what)}",
        };

        var reply = await fresh.Get($"/api/v1/jobs?{query}");

        reply.IsProblem(400, what == "twice" ? "InvalidParameter" : "InvalidContinuationToken");
    }

    [Fact]
    public async Task A_next_link_is_absolute_and_on_the_last_page_absent()
    {
        await using var fresh = await TestGateway.Start();
        await fresh.Submit();
        await fresh.Submit();

        var first = (await fresh.Get("/api/v1/jobs?maxpagesize=1")).Body["nextLink"]!.GetValue<string>();
        var last = await fresh.Get(first);

        Assert.StartsWith(fresh.Address.ToString(), first, StringComparison.Ordinal);
        Assert.Null(last.Body["nextLink"]);
    }

    [Fact]
    public async Task Behind_a_proxy_a_next_link_leads_through_it()
    {
        await using var fresh = await TestGateway.Start(settings: ("Gateway:PublicUrl", "https://scheduler.example.com/gpu/"));
        await fresh.Submit();
        await fresh.Submit();

        var link = (await fresh.Get("/api/v1/jobs?maxpagesize=1")).Body["nextLink"]!.GetValue<string>();

        Assert.StartsWith("https://scheduler.example.com/gpu/api/v1/jobs?maxpagesize=1&continuationToken=", link, StringComparison.Ordinal);
    }

    internal static string TokenOf(string nextLink) => nextLink[(nextLink.IndexOf("continuationToken=", StringComparison.Ordinal) + 18)..];

    private Task<List<List<JsonNode>>> Pages(string path) => Pages(path, gateway);

    internal static async Task<List<List<JsonNode>>> Pages(string path, TestGateway gateway)
    {
        var pages = new List<List<JsonNode>>();
        for (string? next = path; next is not null;)
        {
            var reply = await gateway.Get(next);
            Assert.Equal(200, reply.Status);
            pages.Add([.. reply.Body["value"]!.AsArray().Select(j => j!)]);
            next = reply.Body["nextLink"]?.GetValue<string>();
            Assert.True(pages.Count < 100, "A list without an end.");
        }

        return pages;
    }
}
