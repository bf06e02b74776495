using System.Text.Json.Nodes;
using Gateway.Tests.Fakes;
using Gateway.Tests.Support;
using Grains.Pools;
using Scheduling.Replay;

namespace Gateway.Tests.Api;

/// <summary>Deciding a journal again.</summary>
public sealed class PoolReplayApiTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TestGateway _gateway = new(new FakeCluster("main"));
    private readonly FakeHistory _history = new();

    public async ValueTask InitializeAsync()
    {
        _gateway.Cluster.Histories["main"] = _history;
        await _gateway.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task What_is_under_way_says_how_far_it_is()
    {
        _history.View = new PoolReplayView { Done = false, EntriesRead = 10, EntriesInAll = 40 };
        var reply = await _gateway.Post("/api/v1/pools/main/replay", new JsonObject { ["from"] = "2026-01-01T12:00:00Z", ["to"] = "2026-01-02T12:00:00Z" });

        Assert.Equal((200, false, 10L, 40L), (reply.Status, reply.Body["done"]!.GetValue<bool>(), reply.Body["entriesRead"]!.GetValue<long>(), reply.Body["entriesInAll"]!.GetValue<long>()));
        Assert.Equal((Noon, Noon.AddDays(1)), _history.Asked);
        Assert.Null(reply.Body["verdict"]);
    }

    [Theory]
    [InlineData(ReplayVerdict.Identical, "identical")]
    [InlineData(ReplayVerdict.Different, "different")]
    [InlineData(ReplayVerdict.Nothing, "nothing")]
    public async Task What_it_came_to_is_told_with_the_first_difference(ReplayVerdict verdict, string word)
    {
        _history.View = new PoolReplayView
        {
            Done = true,
            Took = TimeSpan.FromSeconds(2),
            Report = new ReplayReport
            {
                Verdict = verdict, Entries = 100, Decisions = 30, Differences = 1, Skipped = 5, WhySkipped = "old", Snapshots = 3, From = Noon, To = Noon.AddHours(1), StateHash = "00ff",
                First = new ReplayDifference { Position = 77, At = Noon, Recorded = "this", Decided = "that" },
            },
        };
        var body = (await _gateway.Post("/api/v1/pools/main/replay", new JsonObject())).Body;

        Assert.Equal((word, 100L, 30L, 1L), (body["verdict"]!.GetValue<string>(), body["entries"]!.GetValue<long>(), body["decisions"]!.GetValue<long>(), body["differences"]!.GetValue<long>()));
        Assert.Equal((3600.0, 2.0, "00ff"), (body["spanSeconds"]!.GetValue<double>(), body["tookSeconds"]!.GetValue<double>(), body["stateHash"]!.GetValue<string>()));
        Assert.Equal((77L, "this", "that"), (body["first"]!["position"]!.GetValue<long>(), body["first"]!["recorded"]!.GetValue<string>(), body["first"]!["decided"]!.GetValue<string>()));
        Assert.Equal(((DateTimeOffset?)null, (DateTimeOffset?)null), _history.Asked);
    }

    [Fact]
    public async Task What_cannot_be_done_now_is_409()
    {
        _history.View = new PoolReplayView { Done = true, Problem = "another replay of this pool is under way" };
        (await _gateway.Post("/api/v1/pools/main/replay", new JsonObject())).IsProblem(409, "Conflict");
    }

    [Theory]
    [InlineData("{\"from\":\"2026-01-02T00:00:00Z\",\"to\":\"2026-01-01T00:00:00Z\"}", 422, "ValidationFailed")]
    [InlineData("{\"from\":\"2026-01-02T00:00:00Z\",\"to\":\"2026-01-02T00:00:00Z\"}", 422, "ValidationFailed")]
    [InlineData("{\"from\":\"yesterday\"}", 400, "InvalidJson")]
    [InlineData("{\"since\":null}", 400, "InvalidJson")]
    [InlineData("", 400, "InvalidJson")]
    public async Task A_window_must_be_one(string body, int status, string code)
    {
        (await _gateway.Post("/api/v1/pools/main/replay", body)).IsProblem(status, code);
        Assert.Null(_history.Asked);
    }

    [Fact]
    public async Task A_pool_that_there_is_not_is_404() => (await _gateway.Post("/api/v1/pools/none/replay", new JsonObject())).IsProblem(404, "NotFound");
}
