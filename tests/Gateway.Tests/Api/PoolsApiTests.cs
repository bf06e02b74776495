using Gateway.Tests.Fakes;
using Gateway.Tests.Support;
using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Tests.Api;

/// <summary>Pools, racks, nodes and the summary over them.</summary>
public sealed class PoolsApiTests : IAsyncLifetime
{
    private readonly TestGateway _gateway = new(new FakeCluster("east", "west"));

    public async ValueTask InitializeAsync()
    {
        _gateway.Cluster.Racks["east/r1"] = Some.Rack("east/r1", ["e1", "e2", ""], new AttemptId(new JobId("j-1"), 2));
        _gateway.Cluster.Racks["east/r2"] = Some.Rack("east/r2", ["e3"]);
        _gateway.Cluster.Racks["east/r3"] = Some.Rack("east/r3", ["e4", "e5", "e6"]);
        await _gateway.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task Pools_are_listed_at_a_glance()
    {
        var reply = await _gateway.Get("/api/v1/pools");

        Assert.Equal(["east", "west"], reply.Body["value"]!.AsArray().Select(p => p!["name"]!.GetValue<string>()));
        Assert.Equal(16_000, reply.Body["value"]![0]!["gpuMilliTotal"]!.GetValue<long>());
        Assert.Equal(1_000, reply.Body["value"]![0]!["gpuMilliPromised"]!.GetValue<long>());
        Assert.Equal(("productive", 12.5), (reply.Body["value"]![0]!["ledger"]![0]!["category"]!.GetValue<string>(), reply.Body["value"]![0]!["ledger"]![0]!["gpuSeconds"]!.GetValue<double>()));
    }

    [Theory]
    [InlineData("/api/v1/pools/north")]
    [InlineData("/api/v1/pools/EAST")]
    [InlineData("/api/v1/pools/east%2Fr1")]
    [InlineData("/api/v1/pools/north/racks")]
    [InlineData("/api/v1/pools/north/racks/r1")]
    [InlineData("/api/v1/pools/north/nodes")]
    [InlineData("/api/v1/pools/east/racks/r9")]
    [InlineData("/api/v1/pools/east/racks/..%2F..%2Fwest%2Fr1")]
    [InlineData("/api/v1/nodes/n9")]
    [InlineData("/api/v1/nodes/a%20b")]
    public async Task What_there_is_not_is_404(string path) =>
        (await _gateway.Get(path)).IsProblem(404, "NotFound");

    [Fact]
    public async Task A_name_that_is_no_pool_wakes_no_pool()
    {
        await _gateway.Get("/api/v1/pools/north");

        Assert.DoesNotContain(_gateway.Cluster.Calls, c => c.StartsWith("IPoolGrain/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_new_pool_is_found_although_the_known_ones_are_cached()
    {
        await _gateway.Get("/api/v1/pools/east");
        _gateway.Cluster.AddPool("north");

        // The look-up that misses may come within a tenth of a second of the one before it, and then is not repeated.
        Reply reply;
        do
            reply = await _gateway.Get("/api/v1/pools/north");
        while (reply.Status == 404);

        Assert.Equal("north", reply.Body["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_rack_shows_its_nodes_and_what_is_taken_of_them()
    {
        var rack = (await _gateway.Get("/api/v1/pools/east/racks/r1")).Body;

        Assert.Equal(("r1", "east", "b1"), (rack["name"]!.GetValue<string>(), rack["pool"]!.GetValue<string>(), rack["block"]!.GetValue<string>()));
        Assert.Equal(["e1", "e2"], rack["nodes"]!.AsArray().Select(n => n!["name"]!.GetValue<string>()));
        Assert.Equal([true, false], rack["nodes"]!.AsArray().Select(n => n!["schedulable"]!.GetValue<bool>()));
        Assert.Equal((2000, 100, 2000), Resources(rack["nodes"]![0]!["allocated"]!));
        Assert.Equal("""{"rdma/hca":1}""", rack["nodes"]![0]!["allocated"]!["extended"]!.ToJsonString());
        Assert.Equal("""{"rdma/hca":1}""", rack["allocated"]!["extended"]!.ToJsonString());
        Assert.Equal((128_000, 1_024_000, 16_000), Resources(rack["capacity"]!));
        Assert.Equal((2000, 100, 2000), Resources(rack["allocated"]!));
        Assert.Equal(("j-1", 2, true), (rack["allocations"]![0]!["job"]!.GetValue<string>(), rack["allocations"]![0]!["attempt"]!.GetValue<int>(), rack["allocations"]![0]!["committed"]!.GetValue<bool>()));
    }

    [Theory]
    [InlineData(1, new[] { 1, 1, 1 })]
    [InlineData(2, new[] { 2, 1 })]
    [InlineData(3, new[] { 3 })]
    public async Task Racks_come_in_pages(int size, int[] expected)
    {
        var pages = await JobsApiTests.Pages($"/api/v1/pools/east/racks?maxpagesize={size}", _gateway);

        Assert.Equal(expected, pages.Select(p => p.Count));
        Assert.Equal(["r1", "r2", "r3"], pages.SelectMany(p => p).Select(r => r["name"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(1000)]
    public async Task Nodes_come_in_full_pages_although_racks_end_inside_them(int size)
    {
        var pages = await JobsApiTests.Pages($"/api/v1/pools/east/nodes?maxpagesize={size}", _gateway);

        Assert.Equal(["e1", "e2", "e3", "e4", "e5", "e6"], pages.SelectMany(p => p).Select(n => n["name"]!.GetValue<string>()));
        Assert.All(pages.SkipLast(1), p => Assert.Equal(size, p.Count));
        Assert.Equal((6 + size - 1) / size, pages.Count);
    }

    [Theory]
    [InlineData("/api/v1/pools/east/racks")]
    [InlineData("/api/v1/pools/east/nodes")]
    public async Task A_token_of_another_pool_is_400(string path)
    {
        var list = path.EndsWith("racks", StringComparison.Ordinal) ? "racks|west" : "nodes|west";

        var reply = await _gateway.Get($"{path}?continuationToken={Gateway.Http.Paging.Encode("west/r1", list)}");

        reply.IsProblem(400, "InvalidContinuationToken");
    }

    [Fact]
    public async Task The_summary_sums_over_pools()
    {
        _gateway.Cluster.Pools["east"].PendingByReason = [new ReasonCount("Resources", 3)];
        _gateway.Cluster.Pools["west"].PendingByReason = [new ReasonCount("Resources", 4), new ReasonCount("WaitingForQuota", 1)];

        var body = (await _gateway.Get("/api/v1/cluster/summary")).Body;

        Assert.Equal((3, 7, 32_000, 8_000), (body["racks"]!.GetValue<int>(), body["nodes"]!.GetValue<int>(), body["gpuMilliTotal"]!.GetValue<long>(), body["gpuMilliAllocated"]!.GetValue<long>()));
        Assert.Equal([("Resources", 7), ("WaitingForQuota", 1)], body["pendingByReason"]!.AsArray().Select(r => (r!["reason"]!.GetValue<string>(), r["jobs"]!.GetValue<int>())));
        Assert.Equal([("productive", 25.0), ("idle", 15.0)], body["ledger"]!.AsArray().Select(l => (l!["category"]!.GetValue<string>(), l["gpuSeconds"]!.GetValue<double>())));
    }

    private static (long Cpu, long Memory, long Gpu) Resources(System.Text.Json.Nodes.JsonNode node) =>
        (node["cpuMilli"]!.GetValue<long>(), node["memoryMiB"]!.GetValue<long>(), node["gpuMilli"]!.GetValue<long>());
}
