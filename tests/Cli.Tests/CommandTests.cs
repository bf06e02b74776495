namespace Cli.Tests;

public sealed class CommandTests
{
    [Fact]
    public async Task A_list_is_a_table_without_colours_when_it_is_not_on_a_terminal()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/jobs", 200, Json.List([Json.Row("j1"), Json.Row("job-2", "Pending", "a-longer-name")]));
        var run = await CliRun.Of(gateway, "list", "--phase", "Running", "--user", "a&b", "--active");
        Assert.Equal(
            """
            ID     NAME           USER  PHASE    WORKERS  GPUS  PRIO  ATTEMPT  POOL   AGE
            j1     train          ann   Running        2   1.5     5        1  openb  1h0m
            job-2  a-longer-name  ann   Pending        2   1.5     5        1  openb  1h0m

            """,
            run.Out);
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal("/api/v1/jobs?phase=Running&user=a%26b&maxpagesize=100&ended=false&parent=none", gateway.Requests.Single().Path);
    }

    [Fact]
    public async Task Wide_has_more_columns_name_has_ids_only_and_json_is_exactly_what_the_server_sent()
    {
        await using var gateway = await FakeGateway.Start();
        var body = Json.List([Json.Row("j1"), Json.Row("j2")]);
        gateway.Always("GET /api/v1/jobs", 200, body);
        Assert.Contains("TENANT", (await CliRun.Of(gateway, "list", "-o", "wide")).Out, StringComparison.Ordinal);
        Assert.Equal("j1\nj2\n", (await CliRun.Of(gateway, "list", "-o", "name")).Out);
        Assert.Equal(body + "\n", (await CliRun.Of(gateway, "list", "-o", "json")).Out);
        Assert.StartsWith("value:\n- id: j1\n  name: train\n", (await CliRun.Of(gateway, "list", "-o", "yaml")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Colours_are_for_terminals_and_can_be_switched_off()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/jobs", 200, Json.List([Json.Row("j1")]));
        static World Terminal(World w) => w with { OutIsTerminal = true };
        Assert.Contains("\u001b[", (await CliRun.Of(gateway, Terminal, "list")).Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', (await CliRun.Of(gateway, Terminal, "list", "--no-color")).Out);
        Assert.DoesNotContain('\u001b', (await CliRun.Of(gateway, w => Terminal(w) with { Environment = n => n == "NO_COLOR" ? "1" : w.Environment(n) }, "list")).Out);
    }

    [Fact]
    public async Task Texts_of_others_cannot_command_the_terminal()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/jobs/j1", 200, Json.Job("j1", reason: "\\u001b]0;owned\\u0007 [red]x[/]\\nId: j2"));
        var run = await CliRun.Of(gateway, "show", "j1");
        Assert.DoesNotContain('\u001b', run.Out);
        Assert.Contains("Reason:       ?]0;owned? [red]x[/] Id: j2\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_goes_on_over_pages_until_the_limit()
    {
        await using var gateway = await FakeGateway.Start();

        // Behind a proxy the server may know itself by another address; the token must not follow it there.
        gateway.Once("GET /api/v1/jobs", 200, Json.List([Json.Row("j1"), Json.Row("j2")], "http://inside.example/api/v1/jobs?maxpagesize=3&continuationToken=x%2B1"));
        gateway.Once("GET /api/v1/jobs", 200, Json.List([Json.Row("j3"), Json.Row("j4")], "/api/v1/jobs?continuationToken=y"));
        var run = await CliRun.Of(gateway, "list", "--limit", "3", "-o", "name");
        Assert.Equal((0, "j1\nj2\nj3\n", "the first 3 are shown; --limit shows more\n"), (run.Code, run.Out, run.Error));
        Assert.Equal("/api/v1/jobs?maxpagesize=3&continuationToken=x%2B1", gateway.Requests.Last().Path);
    }

    [Fact]
    public async Task A_job_is_shown_with_everything_about_it()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/jobs/j1", 200, Json.Job("j1", "Running", placed: true));
        Assert.Equal(
            """
            Id:           j1
            Name:         train
            Phase:        Running
            Tenant:       t
            User:         ann
            Quota:        c/t/ann
            Pool:         openb
            Priority:     5
            Attempt:      1 (0 failed, up to 2 retries)
            Role worker:  2 x 8 cores, 64Gi, 1 GPU (500/1000) of A100|H100
            Topology:     rack required
            Total:        2 workers, 1 GPUs
            Run for:      1h0m
            Labels:       a=1, b=2
            Submitted:    2026-03-01 11:00:00Z
            Placed:       2026-03-01 11:00:00Z
            Placement:    openb/t4-r03 x2

            """,
            (await CliRun.Of(gateway, "show", "j1")).Out);
    }

    [Fact]
    public async Task An_explanation_says_who_is_ahead_and_what_to_try()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/jobs/j1/explain", 200, Json.Explanation());
        Assert.Equal(
            """
            Job:          j1
            Phase:        Pending
            Reason:       Resources
            Message:      Not enough free GPUs.
            Position:     3 of 1,200
            Workers:      5 of 8 fit now
            Nodes:        1,213 looked at
              ruled out:  700 by gpu model
            Quota:        c/t: gpu limit 64,000, used 60,000, asked 8,000
              ahead:      j0 of bob, priority 9, 8 GPUs
              ahead:      another tenant's job, priority 5, 1 GPUs
              try:        5 workers: starts now

            """,
            (await CliRun.Of(gateway, "explain", "j1")).Out);
    }

    [Fact]
    public async Task An_explanation_says_when_it_starts_what_is_promised_and_who_is_in_the_way()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/jobs/j1/explain", 200, Json.Promised());
        Assert.Equal(
            """
            Job:           j1
            Phase:         Pending
            Reason:        Resources
            Message:       Not enough free GPUs.
            Position:      1 of 7
            Priority:      350, with what waiting added
            Start:         in 3h30m (2026-03-01 15:30:30Z) in half of all cases, in 2d3h (2026-03-03 15:30:00Z) in nine of ten
            Promised:      9 nodes, any moment (due 2026-03-01 11:59:00Z) (kept for it when what runs there ends): n1, n2, n3, n4, n5, n6, n7, n8 and 1 more
            Workers:       0 of 9 fit now
              blocked by:  j0 of t/bob, 8 GPUs, until 2026-03-03 15:30:00Z (in 2d3h): runs on promised nodes
              blocked by:  another tenant's job, 0.5 GPUs, no known end: is making room

            """,
            (await CliRun.Of(gateway, "explain", "j1")).Out);
    }

    [Fact]
    public async Task Several_jobs_are_cancelled_each_by_itself_and_the_first_error_is_the_exit_code()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs/j1:cancel", 200, Json.Job("j1", "Cancelled"));
        gateway.Always("POST /api/v1/jobs/j3:cancel", 409, FakeGateway.Problem(409, "Conflict", "The job has ended."));
        gateway.Always("POST /api/v1/jobs/j4:cancel", 200, Json.Job("j4", "Cancelled"));
        var run = await CliRun.Of(gateway, "cancel", "j1", "j2", "j3", "j4", "--reason", "wrong data");
        Assert.Equal(ExitCode.NotFound, run.Code);
        Assert.Equal("j1 is being cancelled\nj4 is being cancelled\n", run.Out);
        Assert.Equal("sched: j2: There is no such thing [NotFound]\nsched: j3: The job has ended [Conflict]\n", run.Error);
        Assert.All(gateway.Requests, r => Assert.Equal("""{"reason":"wrong data"}""", r.Body));
    }

    [Theory]
    [InlineData(400, "InvalidParameter", ExitCode.Usage)]
    [InlineData(401, "Unauthenticated", ExitCode.NotAuthorised)]
    [InlineData(403, "Forbidden", ExitCode.NotAuthorised)]
    [InlineData(404, "NotFound", ExitCode.NotFound)]
    [InlineData(409, "Conflict", ExitCode.Conflict)]
    [InlineData(412, "PreconditionFailed", ExitCode.Conflict)]
    [InlineData(422, "ValidationFailed", ExitCode.Usage)]
    [InlineData(428, "PreconditionRequired", ExitCode.Conflict)]
    [InlineData(500, "InternalError", ExitCode.Failure)]
    [InlineData(302, "x", ExitCode.Failure)]
    public async Task A_refusal_is_one_line_and_its_exit_code(int status, string code, int exit)
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/jobs/j1", status, FakeGateway.Problem(status, code, "No.", """{"roles[0].count":["must be 1 to 100000"]}"""));
        var run = await CliRun.Of(gateway, "show", "j1");
        Assert.Equal(exit, run.Code);
        Assert.Empty(run.Out);
        Assert.StartsWith("sched: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
        Assert.Single(gateway.Requests);
    }

    [Fact]
    public async Task Every_broken_rule_is_named_by_its_field()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/jobs/j1", 422, FakeGateway.Problem(422, "ValidationFailed", "Fields break rules.", """{"a":["must x"],"b":["must y","must z"]}"""));
        Assert.Equal("sched: Fields break rules: a: must x; b: must y; b: must z [ValidationFailed]\n", (await CliRun.Of(gateway, "show", "j1")).Error);
    }

    [Fact]
    public async Task The_token_is_sent_and_never_shown()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/jobs/j1", 200, Json.Job("j1"));
        World WithToken(World w) => w with { Environment = n => n == "SCHED_TOKEN" ? "secret-1" : w.Environment(n) };
        await CliRun.Of(gateway, WithToken, "show", "j1");
        Assert.Equal("Bearer secret-1", gateway.Requests.Single().Headers["Authorization"]);
        var config = await CliRun.Of(gateway, WithToken, "config", "show");
        Assert.DoesNotContain("secret-1", config.Out + config.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.NotAuthorised, (await CliRun.Of(gateway, "show", "j1", "--token-file", "/nowhere/token")).Code);
    }

    [Fact]
    public async Task What_nodes_offer_by_name_and_what_is_used_of_it_is_shown()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/pools", 200, Json.List([Json.Pool()]));
        gateway.Always(
            "GET /api/v1/pools/openb/nodes", 200,
            """{"value":[{"name":"n1","rack":"openb/r","slot":0,"schedulable":true,"gpus":0,"gpuModel":"","capacity":{"cpuMilli":1,"memoryMiB":1,"gpuMilli":0,"extended":{"rdma/hca":8,"ephemeral-storage":"102400Mi"}},"allocated":{"cpuMilli":0,"memoryMiB":0,"gpuMilli":0,"extended":{"rdma/hca":2}}}]}""");
        var wide = (await CliRun.Of(gateway, "nodes", "-o", "wide")).Out;
        Assert.Contains("ephemeral-storage 102400Mi, rdma/hca 8  rdma/hca 2", wide, StringComparison.Ordinal);

        gateway.Always(
            "GET /api/v1/nodes/n1", 200,
            """{"name":"n1","pool":"openb","rack":"openb/r","state":"Ready","gpus":0,"gpuModel":"","capacity":{"cpuMilli":1,"memoryMiB":1,"gpuMilli":0,"extended":{"rdma/hca":8}},"labels":{},"taints":{},"preflight":"NotAsked","outOfService":false,"version":1}""");
        Assert.Contains("rdma/hca 8", (await CliRun.Of(gateway, "nodes", "show", "n1")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_are_listed_for_the_only_pool_and_taken_out_of_service_with_a_reason()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/pools", 200, Json.List([Json.Pool()]));
        gateway.Always(
            "GET /api/v1/pools/openb/nodes", 200,
            """{"value":[{"name":"n1","rack":"openb/t4-r01","slot":0,"schedulable":false,"gpus":2,"gpuModel":"T4","capacity":{"cpuMilli":104000,"memoryMiB":524288,"gpuMilli":2000},"allocated":{"cpuMilli":500,"memoryMiB":1,"gpuMilli":460}}]}""");
        Assert.Equal(
            """
            NAME  RACK          SCHEDULABLE  MODEL    GPUS    CORES
            n1    openb/t4-r01  no           T4     0.46/2  0.5/104

            """,
            (await CliRun.Of(gateway, "nodes")).Out);
        Assert.Equal("n1\n", (await CliRun.Of(gateway, "nodes", "list", "--pool", "openb", "-o", "name")).Out);

        gateway.Always("POST /api/v1/nodes/n1:drain", 200, "{}");
        Assert.Equal("n1 is being drained\n", (await CliRun.Of(gateway, "nodes", "drain", "n1", "--reason", "fan")).Out);
        Assert.Equal("""{"reason":"fan"}""", gateway.Requests.Last().Body);
        var without = await CliRun.Of(gateway, "nodes", "drain", "n1");
        Assert.Equal((ExitCode.Usage, "sched: Option '--reason' is required; see 'sched nodes drain --help'\n"), (without.Code, without.Error));
    }

    [Fact]
    public async Task A_quota_is_set_against_the_version_that_was_read()
    {
        await using var gateway = await FakeGateway.Start();
        const string tree = """{"path":"c/t","levels":[{"path":"c/t","nominal":{"gpu":64000},"limit":{"gpu":128000,"memory":2048},"weight":2,"used":{"gpu":500},"charges":1}],"version":4}""";
        gateway.Always("GET /api/v1/quotas/c/t", 200, tree, ("ETag", "\"4\""));
        gateway.Always("PUT /api/v1/quotas/c/t", 200, tree);
        var run = await CliRun.Of(gateway, "quota", "set", "c/t", "--nominal", "gpu=64", "--limit", "gpu=128", "--limit", "memory=2Gi", "--weight", "2");
        Assert.Equal(
            """
            PATH  RESOURCE  USED  NOMINAL  LIMIT  WEIGHT
            c/t   gpu        0.5       64    128       2
            c/t   memory     0Mi        -    2Gi       2

            """,
            run.Out);
        var put = gateway.Requests.Last();
        Assert.Equal("\"4\"", put.Headers["If-Match"]);
        Assert.Equal("""{"nominal":{"gpu":64000},"limit":{"gpu":128000,"memory":2048},"weight":2}""", put.Body);

        gateway.Always("PUT /api/v1/quotas/new", 201, tree);
        await CliRun.Of(gateway, "quota", "set", "new", "--limit", "gpu=1");
        Assert.Equal("*", gateway.Requests.Last().Headers["If-None-Match"]);
    }

    [Fact]
    public async Task What_a_quota_borrows_lends_caps_and_spends_is_set_and_shown()
    {
        await using var gateway = await FakeGateway.Start();
        const string tree = """
            {"path":"c/t","levels":[{"path":"c/t","nominal":{"gpu":64000},"limit":{},"weight":1,"used":{"gpu":70000},"charges":9,"borrowed":{"gpu":6000},"gpuHours":1234.567,
            "budget":{"hours":5000,"period":"rolling","days":30},"budgetStatus":{"spentHours":400.25,"isSpent":false,"resetsAt":"2026-12-01T00:00:00+00:00","exhaustedAt":"2026-11-25T12:00:00+00:00"}}],"version":4}
            """;
        gateway.Always("GET /api/v1/quotas/c/t", 200, tree, ("ETag", "\"4\""));
        gateway.Always("PUT /api/v1/quotas/c/t", 200, tree);
        await CliRun.Of(
            gateway, "quota", "set", "c/t", "--nominal", "gpu=64", "--borrow", "gpu=8", "--lend", "gpu=32", "--max-per-user", "gpu=16",
            "--priority-cap", "800:gpu=16", "--priority-cap", "800:gpu/H100=8", "--priority-cap", "900:gpu=4", "--budget", "5000/30d");
        Assert.Equal(
            """{"nominal":{"gpu":64000},"borrowingLimit":{"gpu":8000},"lendingLimit":{"gpu":32000},"maxPerUser":{"gpu":16000},"priorityCaps":[{"minPriority":800,"amounts":{"gpu":16000,"gpu/H100":8000}},{"minPriority":900,"amounts":{"gpu":4000}}],"budget":{"hours":5000,"period":"rolling","days":30}}""",
            gateway.Requests.Last().Body);
        Assert.Equal(
            """
            PATH  GPUS  GPU-HOURS  PERIOD  SPENT  BUDGET  RESETS                SPENT BY
            c/t     70     1234.6  30d     400.3    5000  2026-12-01 00:00:00Z  2026-11-25 12:00:00Z

            """,
            (await CliRun.Of(gateway, "quota", "usage", "c/t")).Out);
        Assert.Contains("BORROWED", (await CliRun.Of(gateway, "quota", "show", "c/t", "-o", "wide")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--budget", "x")]
    [InlineData("--budget", "5/year")]
    [InlineData("--budget", "5/0d")]
    [InlineData("--budget", "-5")]
    [InlineData("--priority-cap", "gpu=16")]
    [InlineData("--priority-cap", "0:gpu=16")]
    [InlineData("--priority-cap", "5:tpu=16")]
    [InlineData("--lend", "gpu")]
    public async Task A_quota_setting_that_cannot_be_read_is_a_mistake_of_usage(string option, string value)
    {
        await using var gateway = await FakeGateway.Start();
        Assert.Equal(ExitCode.Usage, (await CliRun.Of(gateway, "quota", "set", "c/t", option, value)).Code);
    }

    [Fact]
    public async Task Events_are_followed_over_broken_streams_without_repeating_any()
    {
        await using var gateway = await FakeGateway.Start();
        static string Event(int n, string type) =>
            $$"""
            id: {{n}}
            event: {{type}}
            data: {"sequence":{{n}},"at":"2026-03-01T11:00:00Z","phase":"Running","attempt":1,"type":"{{type}}","message":"m"}


            """;
        gateway.Once("GET /api/v1/jobs/j1/events", 200, Event(1, "Submitted") + ": still here\n\n" + Event(2, "Placed"));
        gateway.Once("GET /api/v1/jobs/j1/events", 503, FakeGateway.Problem(503, "Unavailable", "x"));
        gateway.Once("GET /api/v1/jobs/j1/events", 200, Event(3, "Ended"));
        gateway.Always("GET /api/v1/jobs/j1/events", 204, "");
        var run = await CliRun.Of(gateway, "events", "-f", "j1");
        Assert.Equal(0, run.Code);
        Assert.Equal(["Submitted", "Placed", "Ended"], run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split("  ")[1].Trim()));
        Assert.Equal(["", "2", "2", "3"], gateway.Requests.Select(r => r.Headers.GetValueOrDefault("Last-Event-ID", "")));
    }

    [Fact]
    public async Task Pools_show_why_jobs_wait()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET /api/v1/pools/openb", 200, Json.Pool(pending: 7, reasons: """{"reason":"Resources","jobs":7}"""));
        var run = await CliRun.Of(gateway, "pools", "openb");
        Assert.Contains("GPUs:         3106/6212 (50.0 %)\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("Promised:     16.5 free GPUs are kept for those they are promised to\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("  Resources:  7\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("12,345 checked, 0 failed\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_come_from_the_flag_before_the_variable_before_the_file()
    {
        var path = Path.Combine(Path.GetTempPath(), Ids.New(), "config.json");
        World WithFile(World w) => w with { Environment = n => n == "SCHED_CONFIG" ? path : null };
        try
        {
            Assert.Equal(0, (await CliRun.Of(null, WithFile, "config", "set", "server", "https://file.example")).Code);
            Assert.Contains($"server      https://file.example  {path}", (await CliRun.Of(null, WithFile, "config", "show")).Out, StringComparison.Ordinal);
            World Both(World w) => w with { Environment = n => n == "SCHED_SERVER" ? "https://variable.example" : WithFile(w).Environment(n) };
            Assert.Contains("https://variable.example  SCHED_SERVER", (await CliRun.Of(null, Both, "config", "show")).Out, StringComparison.Ordinal);
            Assert.Contains("https://flag.example  --server", (await CliRun.Of(null, Both, "config", "show", "--server", "https://flag.example")).Out, StringComparison.Ordinal);

            await File.WriteAllTextAsync(path, """{"sever":"x"}""");
            Assert.Contains("unknown key \"sever\"", (await CliRun.Of(null, WithFile, "config", "show")).Error, StringComparison.Ordinal);
            await File.WriteAllTextAsync(path, "not json");
            Assert.Equal(ExitCode.Usage, (await CliRun.Of(null, WithFile, "config", "show")).Code);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Theory]
    [InlineData("'bogus' is no command or option here; see 'sched --help'", "bogus")]
    [InlineData("Required command was not provided; see 'sched --help'")]
    [InlineData("Required argument 'id' missing for command: 'show'; see 'sched show --help'", "show")]
    [InlineData("'--colour' is no command or option here; see 'sched nodes list --help'", "nodes", "list", "--colour")]
    [InlineData("--limit is \"0\"; write a whole number from 1 to 1000000", "list", "--limit", "0")]
    [InlineData("--ended and --active exclude each other; give one of them, or none for all jobs", "list", "--ended", "--active")]
    public async Task A_wrong_command_line_is_one_line_and_exit_code_2(string message, params string[] args)
    {
        var run = await CliRun.Of(args);
        Assert.Equal((ExitCode.Usage, "", $"sched: {message}\n"), (run.Code, run.Out, run.Error));
    }

    [Fact]
    public async Task A_page_that_is_not_the_gateways_is_no_crash()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("GET *", 200, "<html>hello</html>");
        foreach (var args in new[] { new[] { "list" }, ["show", "j1"], ["pools"], ["quota", "show"], ["events", "j1"] })
        {
            var run = await CliRun.Of(gateway, args);
            Assert.Equal(ExitCode.Failure, run.Code);
            Assert.Contains("is --server the gateway?", run.Error, StringComparison.Ordinal);
        }
    }
}
