using System.Text.Json.Nodes;
using Gateway.Tests.Fakes;
using Gateway.Tests.Support;
using Grains.Quotas;
using Scheduling.Quotas;

namespace Gateway.Tests.Api;

/// <summary>Quota trees and their settings.</summary>
public sealed class QuotasApiTests : IAsyncLifetime
{
    private readonly TestGateway _gateway = new(new FakeCluster("main"));

    public async ValueTask InitializeAsync()
    {
        _gateway.Cluster.Grain(typeof(IQuotaGrain), "default");
        var quota = _gateway.Cluster.Quotas["default"];
        quota.Put("default", new QuotaSpec { Nominal = [new ResourceAmount("gpu", 64_000)] });
        quota.Put("default/blue", new QuotaSpec { Nominal = [new ResourceAmount("gpu", 8000)], Limit = [new ResourceAmount("gpu", 16_000)], Weight = 3, MaxPendingJobs = 5 });
        await _gateway.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_tree_reads_from_the_asked_path_down()
    {
        var reply = await _gateway.Get("/api/v1/quotas/default");

        Assert.Equal("\"2\"", reply.Headers["ETag"]);
        Assert.Equal(["default", "default/blue"], reply.Body["levels"]!.AsArray().Select(l => l!["path"]!.GetValue<string>()));
        var blue = reply.Body["levels"]![1]!;
        Assert.Equal((8000, 16_000, 3, 5, 1000), (blue["nominal"]!["gpu"]!.GetValue<long>(), blue["limit"]!["gpu"]!.GetValue<long>(), blue["weight"]!.GetValue<int>(), blue["maxPendingJobs"]!.GetValue<int>(), blue["used"]!["gpu"]!.GetValue<long>()));
        Assert.Single((await _gateway.Get("/api/v1/quotas/default/blue")).Body["levels"]!.AsArray());
        Assert.Equal(["default"], (await _gateway.Get("/api/v1/quotas")).Body["value"]!.AsArray().Select(c => c!.GetValue<string>()));
    }

    [Fact]
    public async Task Settings_that_did_not_change_are_304()
    {
        Assert.Equal(304, (await _gateway.Get("/api/v1/quotas/default", null, ("If-None-Match", "\"2\""))).Status);
        Assert.Equal(200, (await _gateway.Get("/api/v1/quotas/default", null, ("If-None-Match", "\"1\""))).Status);
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("default/red")]
    [InlineData("default/blue/x/y")]
    [InlineData("default//blue")]
    [InlineData("DEFAULT")]
    [InlineData("default/bl%20ue")]
    public async Task A_path_that_there_is_not_is_404(string path) =>
        (await _gateway.Get($"/api/v1/quotas/{path}")).IsProblem(404, "NotFound");

    [Fact]
    public async Task A_level_is_set_when_the_version_is_the_present_one()
    {
        var reply = await _gateway.Put("/api/v1/quotas/default/blue", Settings(), null, ("If-Match", "\"2\""));

        Assert.Equal((200, "\"3\""), (reply.Status, reply.Headers["ETag"]));
        var level = reply.Body["levels"]![0]!;
        Assert.Equal((4000, 12_000, 2, 7), (level["nominal"]!["gpu"]!.GetValue<long>(), level["limit"]!["gpu/H100"]!.GetValue<long>(), level["weight"]!.GetValue<int>(), level["maxPendingJobs"]!.GetValue<int>()));
    }

    [Fact]
    public async Task What_is_borrowed_lent_capped_and_budgeted_is_set_and_read_back()
    {
        var body = JsonNode.Parse("""
            { "nominal": { "gpu": 8000 }, "borrowingLimit": { "gpu": 4000 }, "lendingLimit": { "gpu": 2000 }, "maxPerUser": { "gpu": 3000 },
              "priorityCaps": [{ "minPriority": 800, "amounts": { "gpu": 1000 } }], "budget": { "hours": 500, "period": "rolling", "days": 30 } }
            """)!;
        var reply = await _gateway.Put("/api/v1/quotas/default/blue", body, null, ("If-Match", "\"2\""));

        var level = reply.Body["levels"]![0]!;
        foreach (var (name, value) in body.AsObject())
            Assert.True(JsonNode.DeepEquals(value, level[name]), $"{name}: {level[name]}");
        Assert.Equal((2.5, true, "2026-12-01T00:00:00+00:00"), (level["budgetStatus"]!["spentHours"]!.GetValue<double>(), level["budgetStatus"]!["isSpent"]!.GetValue<bool>(), level["budgetStatus"]!["resetsAt"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_new_level_is_created()
    {
        var reply = await _gateway.Put("/api/v1/quotas/default/red", Settings(), null, ("If-None-Match", "*"));

        Assert.Equal((201, "/api/v1/quotas/default/red"), (reply.Status, reply.Headers["Location"]));
    }

    [Fact]
    public async Task A_new_tree_is_created()
    {
        var reply = await _gateway.Put("/api/v1/quotas/research", Settings(), null, ("If-None-Match", "*"));

        Assert.Equal(201, reply.Status);
        Assert.Contains("research", (await _gateway.Get("/api/v1/quotas")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_version_it_is_428() =>
        (await _gateway.Put("/api/v1/quotas/default/blue", Settings())).IsProblem(428, "PreconditionRequired");

    [Theory]
    [InlineData("If-Match", "\"1\"", "default/blue")]
    [InlineData("If-Match", "\"99\"", "default/blue")]
    [InlineData("If-Match", "*", "default/red")]
    [InlineData("If-None-Match", "*", "default/blue")]
    public async Task A_version_that_is_not_the_present_one_is_412(string header, string value, string path)
    {
        var reply = await _gateway.Put($"/api/v1/quotas/{path}", Settings(), null, (header, value));

        reply.IsProblem(412, "PreconditionFailed");
        Assert.Equal(2, _gateway.Cluster.Quotas["default"].Version);
    }

    [Theory]
    [InlineData("If-Match", "2")]
    [InlineData("If-Match", "\"two\"")]
    [InlineData("If-Match", "\"-2\"")]
    [InlineData("If-Match", "\"\"")]
    [InlineData("If-Match", "W/\"2\"")]
    [InlineData("If-Match", "\"2\", \"3\"")]
    [InlineData("If-Match", "\"99999999999999999999\"")]
    [InlineData("If-None-Match", "\"2\"")]
    public async Task A_condition_that_is_not_an_ETag_of_ours_is_400(string header, string value)
    {
        var reply = await _gateway.Put("/api/v1/quotas/default/blue", Settings(), null, (header, value));

        Assert.Equal([header], reply.IsProblem(400, "InvalidParameter").Keys);
    }

    [Theory]
    [InlineData("{\"nominal\":{\"gpu\":-1}}", "nominal.gpu")]
    [InlineData("{\"limit\":{\"gpu\":-8000}}", "limit.gpu")]
    [InlineData("{\"limit\":{\"gpu\":9223372036854775807}}", "limit.gpu")]
    [InlineData("{\"nominal\":{\"tpu\":1}}", "nominal")]
    [InlineData("{\"nominal\":{\"gpu/\":1}}", "nominal")]
    [InlineData("{\"nominal\":{\"gpu/a b\":1}}", "nominal")]
    [InlineData("{\"nominal\":{\"\":1}}", "nominal")]
    [InlineData("{\"nominal\":{\"gpu\":2},\"limit\":{\"gpu\":1}}", "nominal.gpu")]
    [InlineData("{\"borrowingLimit\":{\"gpu\":-1}}", "borrowingLimit.gpu")]
    [InlineData("{\"maxPerUser\":{\"tpu\":1}}", "maxPerUser")]
    [InlineData("{\"lendingLimit\":{\"gpu\":1}}", "lendingLimit.gpu")]
    [InlineData("{\"nominal\":{\"gpu\":1},\"lendingLimit\":{\"gpu\":2}}", "lendingLimit.gpu")]
    [InlineData("{\"priorityCaps\":[{\"minPriority\":0,\"amounts\":{}}]}", "priorityCaps[0].minPriority")]
    [InlineData("{\"priorityCaps\":[{\"minPriority\":5,\"amounts\":{}},{\"minPriority\":5,\"amounts\":{}}]}", "priorityCaps[1].minPriority")]
    [InlineData("{\"priorityCaps\":[{\"minPriority\":5}]}", "priorityCaps[0]")]
    [InlineData("{\"priorityCaps\":[{\"minPriority\":5,\"amounts\":{\"gpu\":-1}}]}", "priorityCaps[0].amounts.gpu")]
    [InlineData("{\"budget\":{}}", "budget.hours")]
    [InlineData("{\"budget\":{\"hours\":-1}}", "budget.hours")]
    [InlineData("{\"budget\":{\"hours\":1,\"period\":\"year\"}}", "budget.period")]
    [InlineData("{\"budget\":{\"hours\":1,\"period\":\"rolling\"}}", "budget.days")]
    [InlineData("{\"budget\":{\"hours\":1,\"period\":\"rolling\",\"days\":367}}", "budget.days")]
    [InlineData("{\"budget\":{\"hours\":1,\"period\":\"week\",\"days\":7}}", "budget.days")]
    [InlineData("{\"weight\":0}", "weight")]
    [InlineData("{\"weight\":-1}", "weight")]
    [InlineData("{\"weight\":1000001}", "weight")]
    [InlineData("{\"maxPendingJobs\":-1}", "maxPendingJobs")]
    [InlineData("{\"maxPendingJobs\":10000001}", "maxPendingJobs")]
    public async Task Settings_that_break_a_rule_are_422_by_field(string body, string field)
    {
        var reply = await _gateway.Put("/api/v1/quotas/default/blue", JsonNode.Parse(body)!, null, ("If-Match", "\"2\""));

        Assert.Equal([field], reply.IsProblem(422, "ValidationFailed").Keys);
        Assert.Equal(2, _gateway.Cluster.Quotas["default"].Version);
    }

    [Theory]
    [InlineData("{\"nominal\":{\"gpu\":1.5}}")]
    [InlineData("{\"nominal\":{\"gpu\":null}}")]
    [InlineData("{\"nominal\":{\"gpu\":\"8\"}}")]
    [InlineData("{\"nominal\":{\"gpu\":1,\"gpu\":2}}")]
    [InlineData("{\"borrow\":true}")]
    [InlineData("{\"nominal\":[]}")]
    public async Task Settings_of_another_shape_are_400(string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        (await _gateway.Send(HttpMethod.Put, "/api/v1/quotas/default/blue", content, null, ("If-Match", "\"2\""))).IsProblem(400, "InvalidJson");
    }

    [Fact]
    public async Task More_than_64_resources_are_refused()
    {
        var body = new JsonObject { ["limit"] = new JsonObject(Enumerable.Range(0, 65).Select(i => KeyValuePair.Create<string, JsonNode?>($"gpu/m{i}", 1))) };

        Assert.Equal(["limit"], (await _gateway.Put("/api/v1/quotas/default/blue", body, null, ("If-Match", "\"2\""))).IsProblem(422, "ValidationFailed").Keys);
    }

    [Theory]
    [InlineData("a/b/c/d")]
    [InlineData("A")]
    [InlineData("a//b")]
    public async Task A_path_of_another_shape_cannot_be_set(string path) =>
        Assert.Equal(["path"], (await _gateway.Put($"/api/v1/quotas/{path}", Settings(), null, ("If-None-Match", "*"))).IsProblem(422, "ValidationFailed").Keys);

    [Fact]
    public async Task A_lost_answer_is_503_and_not_sent_again()
    {
        var sent = 0;
        _gateway.Cluster.Before = (_, _, method) => method == "SetQuota" && Interlocked.Increment(ref sent) > 0 ? throw new TimeoutException() : Task.CompletedTask;

        (await _gateway.Put("/api/v1/quotas/default/blue", Settings(), null, ("If-Match", "\"2\""))).IsProblem(503, "Unavailable");
        Assert.Equal(1, sent);
    }

    private static JsonNode Settings() => JsonNode.Parse("""{ "nominal": { "gpu": 4000 }, "limit": { "gpu": 8000, "gpu/H100": 12000 }, "weight": 2, "maxPendingJobs": 7 }""")!;
}
