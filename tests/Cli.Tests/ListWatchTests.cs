namespace Cli.Tests;

public sealed class ListWatchTests
{
    private const string Route = "GET /api/v1/jobs";

    [Fact]
    public async Task A_watched_list_shows_all_once_and_then_what_changed_until_the_server_refuses()
    {
        await using var gateway = await Life();
        var run = await CliRun.Of(gateway, "list", "--active", "--watch");
        Assert.Equal(
            """
            ID  NAME   USER  PHASE    WORKERS  GPUS  PRIO  ATTEMPT  POOL   AGE
            j1  train  ann   Pending        2   1.5     5        1  openb  1h0m
            j1  train  ann   Running        2   1.5     5        1  openb  1h0m
            j2  train  ann   Pending        2   1.5     5        1  openb  1h0m

            """,
            run.Out);
        Assert.Contains("j1 is not in this list any more; see 'sched show j1'\n", run.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, run.Code);
        Assert.All(gateway.Requests, r => Assert.Equal("/api/v1/jobs?maxpagesize=100&ended=false&parent=none", r.Path));
        Assert.Equal(5, gateway.Requests.Count);
    }

    [Fact]
    public async Task Watched_as_json_each_job_is_a_line_as_the_server_sent_it_and_as_names_an_id()
    {
        await using var json = await Life();
        Assert.Equal(
            $"{Json.Row("j1", "Pending")}\n{Json.Row("j1", "Running")}\n{Json.Row("j2", "Pending")}\n", (await CliRun.Of(json, "list", "-w", "-o", "json")).Out);
        await using var names = await Life();
        Assert.Equal("j1\nj1\nj2\n", (await CliRun.Of(names, "list", "-w", "-o", "name")).Out);
        await using var yaml = await Life();
        Assert.StartsWith("---\nid: j1\n", (await CliRun.Of(yaml, "list", "-w", "-o", "yaml")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_pushed_off_the_end_of_a_limited_list_is_not_said_to_be_gone()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Once(Route, 200, Json.List([Json.Row("j1")]));
        gateway.Once(Route, 200, Json.List([Json.Row("j2"), Json.Row("j1")]));
        gateway.Always(Route, 403, FakeGateway.Problem(403, "Forbidden", "No more."));
        var run = await CliRun.Of(gateway, "list", "-w", "--limit", "1", "-o", "name");
        Assert.Equal("j1\nj2\n", run.Out);
        Assert.DoesNotContain("not in this list", run.Error, StringComparison.Ordinal);
    }

    /// <summary>One job that starts, one that comes, nothing new, the first leaves; then the server refuses.</summary>
    private static async Task<FakeGateway> Life()
    {
        var gateway = await FakeGateway.Start();
        gateway.Once(Route, 200, Json.List([Json.Row("j1", "Pending")]));
        gateway.Once(Route, 200, Json.List([Json.Row("j2", "Pending"), Json.Row("j1", "Running")]));
        gateway.Once(Route, 200, Json.List([Json.Row("j2", "Pending"), Json.Row("j1", "Running")]));
        gateway.Once(Route, 200, Json.List([Json.Row("j2", "Pending")]));
        gateway.Always(Route, 403, FakeGateway.Problem(403, "Forbidden", "No more."));
        return gateway;
    }
}
