namespace Cli.Tests;

public sealed class JournalReplayTests : IAsyncLifetime
{
    private const string Route = "POST /api/v1/pools/openb/replay";

    private const string Identical =
        """{"done":true,"verdict":"identical","entries":120000,"decisions":31000,"snapshots":12,"from":"2026-01-01T00:00:00Z","to":"2026-01-02T00:00:00Z","spanSeconds":86400,"tookSeconds":8.0,"stateHash":"00c0ffee00c0ffee"}""";

    private FakeGateway _gateway = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await FakeGateway.Start();
        _gateway.Always("GET /api/v1/pools", 200, Json.List([Json.Pool()]));
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_day_that_comes_out_the_same_says_how_fast_it_was()
    {
        _gateway.Always(Route, 200, Identical);
        var run = await CliRun.Of(_gateway, "replay", "--journal");

        Assert.Equal(0, run.Code);
        Assert.Contains("31,000 decisions, 120,000 entries, 12 snapshots", run.Out, StringComparison.Ordinal);
        Assert.Contains("10,800 × real time", run.Out, StringComparison.Ordinal);
        Assert.Contains("100", run.Out, StringComparison.Ordinal);
        Assert.Contains("00c0ffee00c0ffee", run.Out, StringComparison.Ordinal);
        Assert.Equal("{}", Assert.Single(_gateway.Requests, r => r.Method == "POST").Body);
    }

    [Fact]
    public async Task It_asks_again_until_it_is_done()
    {
        _gateway.Once(Route, 200, """{"done":false,"entriesRead":1000,"entriesInAll":5000}""");
        _gateway.Once(Route, 200, """{"done":false,"entriesRead":4000,"entriesInAll":5000}""");
        _gateway.Always(Route, 200, Identical);
        var run = await CliRun.Of(_gateway, "replay", "--journal", "--pool", "openb", "--from", "2026-01-01T00:00:00Z", "--to", "2026-01-02");

        Assert.Equal(0, run.Code);
        Assert.Contains("4,000 of 5,000 entries", run.Error, StringComparison.Ordinal);
        var asked = _gateway.Requests.Where(r => r.Method == "POST").ToList();
        Assert.Equal(3, asked.Count);
        Assert.All(asked, r => Assert.Equal("""{"from":"2026-01-01T00:00:00+00:00","to":"2026-01-02T00:00:00+00:00"}""", r.Body));
    }

    [Fact]
    public async Task A_difference_is_shown_from_both_sides_and_ends_with_1()
    {
        _gateway.Always(Route, 200, """
            {"done":true,"verdict":"different","entries":99,"decisions":9,"differences":1,"skipped":400,"whySkipped":"it comes after a difference","spanSeconds":60,"tookSeconds":1,
             "from":"2026-01-01T00:00:00Z","to":"2026-01-01T00:01:00Z","first":{"position":100,"at":"2026-01-01T00:01:00Z","recorded":"Planned of j1/1, plan 7","decided":"Planned of j2/1, plan 7"}}
            """);
        var run = await CliRun.Of(_gateway, "replay", "--journal", "--from", "24h");

        Assert.Equal(1, run.Code);
        Assert.Contains("Planned of j1/1, plan 7", run.Out, StringComparison.Ordinal);
        Assert.Contains("Planned of j2/1, plan 7", run.Out, StringComparison.Ordinal);
        Assert.Contains("400 entries: it comes after a difference", run.Out, StringComparison.Ordinal);
        Assert.Contains("1 of 100 came out otherwise", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_decide_again_is_no_success()
    {
        _gateway.Always(Route, 200, """{"done":true,"verdict":"nothing","skipped":50,"whySkipped":"an older version wrote it"}""");
        var run = await CliRun.Of(_gateway, "replay", "--journal");

        Assert.Equal(1, run.Code);
        Assert.Contains("an older version wrote it", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_and_a_journal_at_once_or_neither_is_a_usage_error()
    {
        Assert.Equal(2, (await CliRun.Of(_gateway, "replay", "--journal", "pods.csv")).Code);
        Assert.Equal(2, (await CliRun.Of(_gateway, "replay")).Code);
        Assert.Equal(2, (await CliRun.Of(_gateway, "replay", "--journal", "--from", "soon")).Code);
        Assert.Empty(_gateway.Requests);
    }

    [Fact]
    public async Task As_JSON_it_is_what_the_server_said()
    {
        _gateway.Always(Route, 200, Identical);
        Assert.Equal(Identical, (await CliRun.Of(_gateway, "replay", "--journal", "-o", "json")).Out.Trim());
    }
}
