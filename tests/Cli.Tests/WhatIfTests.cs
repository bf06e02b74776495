using System.Text.RegularExpressions;

namespace Cli.Tests;

/// <summary><c>sched what-if</c>: what it asks, and how it shows the answer.</summary>
public sealed class WhatIfTests
{
    private const string Route = "POST /api/v1/pools/openb/what-if";

    private const string Figures = """{"meanWaitSeconds":65.4,"p50WaitSeconds":0,"p90WaitSeconds":300,"p99WaitSeconds":3700,"goodput":0.8123,"occupancy":0.9,"evictions":3,"jobs":100,"started":98,"ended":90,"waiting":2,"lostGpuHours":12.5}""";

    private static string Answer(string newJobs = "") =>
        $$"""
        {"from":"2026-03-01T12:00:00Z","until":"2026-03-02T12:00:00Z","before":{{Figures}},"after":{{Figures.Replace("65.4", "125.4", StringComparison.Ordinal).Replace("0.8123", "0.8", StringComparison.Ordinal).Replace("\"evictions\":3", "\"evictions\":1", StringComparison.Ordinal)}},
        "teams":[{"team":"c/blue","before":{{Figures}},"after":{{Figures}}}],"jobs":[{"job":"j1","name":"train","quota":"c/blue/ann","gpuMilli":8000,"startBefore":"2026-03-01T13:00:00Z","laterBySeconds":82800,"evictionsBefore":0,"evictionsAfter":0}],
        "jobsChanged":5,"newJobs":[{{newJobs}}],"predicted":12,"paceSeconds":60}
        """;

    /// <summary>Columns two spaces apart, however wide they are.</summary>
    private static string Narrow(string text) => Regex.Replace(text, " {2,}", "  ");

    private static async Task<FakeGateway> Gateway(string answer)
    {
        var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/pools", 200, Json.List([Json.Pool()]));
        gateway.Always("GET /api/v1/quotas", 200, """{"value":["c"]}""");
        gateway.Always(Route, 200, answer);
        return gateway;
    }

    [Fact]
    public async Task Before_and_after_stand_beside_each_other()
    {
        await using var gateway = await Gateway(Answer());
        var run = await CliRun.Of(gateway, "what-if", "--quota", "blue=-20%", "--add-nodes", "40", "--over", "24h");

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(
            """
            From:  2026-03-01 12:00:00Z
            Until:  2026-03-02 12:00:00Z (1d0h)
            Predicted:  run times of 12 jobs

              BEFORE  AFTER  CHANGE
            mean wait  1m5s  2m5s  +1m0s
            p50 wait  0s  0s  -
            p90 wait  5m0s  5m0s  -
            p99 wait  1h1m  1h1m  -
            goodput  81.23 %  80.00 %  -1.23 points
            GPUs held  90.00 %  90.00 %  -
            evictions  3  1  -2
            GPU-hours lost  12.5  12.5  -
            jobs  100  100  -
            started  98  98  -
            ended  90  90  -
            waiting at the end  2  2  -

            TEAM  MEAN WAIT  AFTER  GPU SHARE  AFTER  EVICTIONS  AFTER  WAITING  AFTER
            c/blue  1m5s  1m5s  90.00 %  90.00 %  3  3  2  2

            JOB  NAME  QUOTA  GPUS  STARTS  BEFORE  AFTER
            j1  train  c/blue/ann  8  23h0m later  2026-03-01 13:00:00Z  not by then
            and 4 more jobs start at another time

            """,
            Narrow(run.Out));
        Assert.Equal(
            """{"changes":[{"quota":{"path":"c/blue","percent":-20}},{"addNodes":{"count":40}}],"overSeconds":86400}""",
            gateway.Requests.Single(r => r.Method == "POST").Body);
    }

    [Fact]
    public async Task A_job_is_read_from_its_file_and_told_when_it_starts()
    {
        await using var gateway = await Gateway(
            """{"from":"2026-03-01T12:00:00Z","until":"2026-03-02T12:00:00Z","newJobs":[{"change":0,"startsAt":"2026-03-01T12:01:30Z","waitSeconds":90,"nodes":["n1","n2"],"nodeCount":12,"evicts":[],"evictedCount":2}],"paceSeconds":5}""");
        var run = await CliRun.Of(gateway, w => w with { In = new StringReader("name: mine\nroles:\n- cpu: 8\n  memory: 64Gi\n  gpus: 8\n  count: 12\n") }, "what-if", "--job", "-", "--runs-for", "2h", "--pool", "openb");

        Assert.Equal(
            """
            From:  2026-03-01 12:00:00Z
            Until:  2026-03-02 12:00:00Z (1d0h)
            The job starts:  2026-03-01 12:01:30Z, after 1m30s
              on:  12 nodes: n1, n2 and 10 more
              makes leave:  2 jobs

            """,
            Narrow(run.Out));
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains("\"runsForSeconds\":7200", gateway.Requests.Single().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_does_not_start_is_exit_code_3()
    {
        await using var gateway = await Gateway(Answer("""{"change":0,"nodes":[],"nodeCount":0,"evicts":[],"evictedCount":0,"waitsFor":"It never fits."}"""));
        var run = await CliRun.Of(gateway, w => w with { In = new StringReader("name: mine\nroles:\n- cpu: 8\n  memory: 64Gi\n") }, "what-if", "--job", "-", "--pool", "openb");

        Assert.Equal(3, run.Code);
        Assert.Contains("waits for:  It never fits.", Narrow(run.Out), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_what_the_server_said()
    {
        await using var gateway = await Gateway(Answer());
        Assert.Equal(Answer().ReplaceLineEndings("\n") + "\n", (await CliRun.Of(gateway, "what-if", "--pool", "openb", "--output", "json")).Out);
        Assert.Equal("""{"changes":[]}""", gateway.Requests.Single().Body);
    }

    [Theory]
    [InlineData("--quota", "blue")]
    [InlineData("--quota", "c/blue=-20.5%")]
    [InlineData("--quota", "c/blue=tpu=4")]
    [InlineData("--add-nodes", "many")]
    [InlineData("--like", "n1")]
    [InlineData("--runs-for", "1h")]
    [InlineData("--priority", "j1")]
    [InlineData("--over", "yesterday")]
    [InlineData("--job", "/nonexistent/job.yaml")]
    public async Task What_is_asked_wrongly_is_exit_code_2_and_not_sent(string option, string value)
    {
        await using var gateway = await Gateway(Answer());
        Assert.Equal(2, (await CliRun.Of(gateway, "what-if", "--pool", "openb", option, value)).Code);
        Assert.Empty(gateway.Requests);
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_with_its_field()
    {
        await using var gateway = await Gateway(Answer());
        gateway.Always(Route, 422, FakeGateway.Problem(422, "ValidationFailed", "Some fields break rules.", """{"changes[0].takeNodes.names":["there is no node x"]}"""));
        var run = await CliRun.Of(gateway, "what-if", "--pool", "openb", "--remove", "x");

        Assert.Equal(2, run.Code);
        Assert.Contains("changes[0].takeNodes.names", run.Error, StringComparison.Ordinal);
    }
}
