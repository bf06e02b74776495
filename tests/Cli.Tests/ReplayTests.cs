using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using Cli.Replay;
using Microsoft.AspNetCore.Http;

namespace Cli.Tests;

public sealed class ReplayTests : IAsyncLifetime
{
    private const string Header = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time\n";

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "sched-" + Ids.New());
    private readonly ConcurrentDictionary<string, string> _jobs = new();
    private FakeGateway _gateway = null!;
    private int _looks;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(_folder);
        _gateway = await FakeGateway.Start();
        _gateway.Always("POST /api/v1/jobs", Submit);
        _gateway.Always("GET /api/v1/pools/openb", c => Pool(c, pending: 2, reasons: """{"reason":"Resources","jobs":2}"""));
        _gateway.Always("GET /api/v1/jobs", c => FakeGateway.Write(c, 200, Json.List(_jobs.Values.Select(id => Json.Row(id)))));
        _gateway.Always("GET *", c => FakeGateway.Write(c, 200, Json.Job(c.Request.Path.Value!.Split('/')[^1], "Running", placed: true)));
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Every_row_becomes_one_job_and_the_report_adds_up()
    {
        var json = Path.Combine(_folder, "report.json");
        var run = await CliRun.Of(_gateway, "replay", Pods(50), "--concurrency", "8", "--json", json);
        Assert.Equal(0, run.Code);
        Assert.Equal(50, _jobs.Count);
        Assert.Contains("Accepted:          50\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("  Resources:       2\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("GPUs:              3106/6212 allocated (50.0 %)\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("Submit to placed:  p50 250 ms, p99 250 ms (50 jobs)\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("Found again:       50 once, 0 lost, 0 doubled\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("submitted 50 of 50 (100 %)", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', run.Error);
        using var report = JsonDocument.Parse(await File.ReadAllTextAsync(json));
        Assert.Equal(
            [50, 50, 50, 104], new[] { "rows", "accepted", "placed", "invariantChecks" }.Select(f => report.RootElement.GetProperty(f).GetInt32()));
        Assert.True(report.RootElement.GetProperty("passed").GetBoolean());
    }

    [Fact]
    public async Task Rows_are_sent_as_they_stand_in_their_order()
    {
        var file = Write("pods.csv", Header + "a,12000,16384,1,460,,LS,Running,0,1,0\nb,500,1,0,0,,BE,Pending,0,,\nc,8000,2,2,1000,A100|T4,,,,,\n");
        await CliRun.Of(_gateway, "replay", file, "--concurrency", "1", "--pool", "openb", "--run-for", "1h", "--settle", "0");
        Assert.Equal(
            [
                """{"name":"a","pool":"openb","roles":[{"name":"pod","count":1,"cpuMilli":12000,"memoryMiB":16384,"gpus":1,"gpuMilli":460}],"runForSeconds":3600}""",
                """{"name":"b","pool":"openb","roles":[{"name":"pod","count":1,"cpuMilli":500,"memoryMiB":1,"gpus":0}],"runForSeconds":3600}""",
                """{"name":"c","pool":"openb","roles":[{"name":"pod","count":1,"cpuMilli":8000,"memoryMiB":2,"gpus":2,"gpuMilli":1000,"gpuModels":["A100","T4"]}],"runForSeconds":3600}""",
            ],
            Posts().Select(r => r.Body));
    }

    [Fact]
    public async Task A_second_run_compressed_or_not_doubles_nothing_unless_its_run_id_says_so()
    {
        var plain = Pods(20);
        var gzip = plain + ".gz";
        await using (var to = new GZipStream(File.Create(gzip), CompressionLevel.Fastest))
        {
            await to.WriteAsync(await File.ReadAllBytesAsync(plain));
        }

        await CliRun.Of(_gateway, "replay", plain, "--limit", "7");
        Assert.Equal(7, _jobs.Count);
        Assert.Equal(0, (await CliRun.Of(_gateway, "replay", gzip)).Code);
        Assert.Equal(20, _jobs.Count);
        await CliRun.Of(_gateway, "replay", plain, "--run-id", "again");
        Assert.Equal(40, _jobs.Count);
    }

    [Fact]
    public async Task A_server_that_goes_away_and_comes_back_loses_and_doubles_nothing()
    {
        var taken = 0;
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _gateway.Always("POST /api/v1/jobs", async context =>
        {
            await Submit(context);
            if (Interlocked.Increment(ref taken) == 100)
            {
                half.SetResult();
            }
        });
        var log = Path.Combine(_folder, "acks");
        var replay = CliRun.Of(_gateway, "replay", Pods(300), "--concurrency", "16", "--ack-log", log);
        await half.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await _gateway.Down();
        await _gateway.UpAgain();
        var run = await replay;
        Assert.Equal((0, ""), (run.Code, string.Concat(run.Error.Split('\n').Where(l => l.StartsWith("sched:", StringComparison.Ordinal)))));
        Assert.Equal(300, _jobs.Count);
        Assert.Equal(_jobs.Values.Order(), (await File.ReadAllLinesAsync(log)).Order());
    }

    [Fact]
    public async Task A_taken_job_whose_answer_is_lost_is_found_again_and_not_made_anew()
    {
        var lost = 0;
        _gateway.Always("POST /api/v1/jobs", async context =>
        {
            if (Interlocked.Increment(ref lost) % 3 == 1)
            {
                Id(context);
                context.Abort();
                return;
            }

            await Submit(context);
        });
        var run = await CliRun.Of(_gateway, "replay", Pods(30), "--concurrency", "4");
        Assert.Equal(0, run.Code);
        Assert.Equal(30, _jobs.Count);
        Assert.Contains("Found again:       30 once", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_acknowledgement_log_is_continued_after_a_crash_and_holds_each_id_once()
    {
        var log = Path.Combine(_folder, "acks");
        await CliRun.Of(_gateway, "replay", Pods(10), "--limit", "5", "--ack-log", log);
        await File.AppendAllTextAsync(log, "job-cut-o");
        Assert.Equal(0, (await CliRun.Of(_gateway, "replay", Pods(10), "--ack-log", log)).Code);
        Assert.Equal(_jobs.Values.Order(), (await File.ReadAllLinesAsync(log)).Order());
    }

    [Fact]
    public async Task Refused_rows_are_counted_and_fail_the_replay_but_not_the_other_rows()
    {
        var n = 0;
        _gateway.Always("POST /api/v1/jobs", context => Interlocked.Increment(ref n) == 3
            ? FakeGateway.Write(context, 422, FakeGateway.Problem(422, "ValidationFailed", "Too large."))
            : Submit(context));
        var run = await CliRun.Of(_gateway, "replay", Pods(5), "--concurrency", "1");
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.Contains("Accepted:          4 (1 rejected, 0 unknown)\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("  error:           line 4: Too large [ValidationFailed]\n", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("sched: the replay did not pass: 1 rows were rejected\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_or_doubled_jobs_and_failed_invariants_fail_the_replay()
    {
        _gateway.Always("GET /api/v1/jobs", c =>
        {
            var ids = _jobs.Values.Order().ToList();
            return FakeGateway.Write(c, 200, Json.List([.. ids.Skip(1).Select(i => Json.Row(i)), Json.Row(ids[^1])]));
        });
        _gateway.Always("GET /api/v1/pools/openb", c => Pool(c, failures: 2));
        var run = await CliRun.Of(_gateway, "replay", Pods(5));
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.EndsWith(
            "sched: the replay did not pass: 1 accepted jobs are lost; 1 accepted jobs are doubled; 2 invariant checks failed\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_right_nothing_further_is_tried()
    {
        _gateway.Always("POST /api/v1/jobs", 403, FakeGateway.Problem(403, "Forbidden", "You may not submit."));
        var run = await CliRun.Of(_gateway, "replay", Pods(500), "--concurrency", "2");
        Assert.Equal(ExitCode.NotAuthorised, run.Code);
        Assert.InRange(Posts().Count(), 1, 10);
    }

    [Fact]
    public async Task It_waits_until_no_job_is_undecided()
    {
        _gateway.Once("GET /api/v1/pools/openb", 200, Json.Pool(placing: 1));
        _gateway.Once("GET /api/v1/pools/openb", 200, Json.Pool(pending: 1, reasons: """{"reason":"PendingEvaluation","jobs":1}"""));
        _gateway.Once("GET /api/v1/pools/openb", 200, Json.Pool());
        _gateway.Once("GET /api/v1/pools/openb", 200, Json.Pool(placing: 1));
        Assert.Equal(0, (await CliRun.Of(_gateway, "replay", Pods(1))).Code);
        // Six until decided (twice in a row), and three for the audits.
        Assert.Equal(9, _gateway.Requests.Count(r => r.Path.StartsWith("/api/v1/pools", StringComparison.Ordinal)));

        _gateway.Always("GET /api/v1/pools/openb", 200, Json.Pool(placing: 1));
        var never = await CliRun.Of(_gateway, "replay", Pods(1), "--settle", "300ms");
        Assert.Equal(ExitCode.TimedOut, never.Code);
    }

    [Fact]
    public async Task It_waits_until_invariants_were_checked_after_the_jobs_were_decided()
    {
        foreach (var checks in new[] { 0, 5, 5, 5, 9, 9, 14, 20 })
        {
            _gateway.Once("GET /api/v1/pools/openb", 200, Json.Pool(checks: checks));
        }

        var run = await CliRun.Of(_gateway, "replay", Pods(1));
        Assert.Equal(0, run.Code);
        Assert.Contains("Invariants:        20 checked, 0 failed\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_nobody_checked_fails_the_replay_unless_nothing_was_waited_for()
    {
        _gateway.Always("GET /api/v1/pools/openb", 200, Json.Pool(checks: 0));
        var run = await CliRun.Of(_gateway, "replay", Pods(1));
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.EndsWith("sched: the replay did not pass: 0 invariant checks were made after the jobs were decided\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await CliRun.Of(_gateway, "replay", Pods(1), "--settle", "0")).Code);
    }

    [Theory]
    [InlineData("name,cpu_milli\n", "line 1: column \"memory_mib\" must stand there once")]
    [InlineData("name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,colour\n", "line 1: unknown column \"colour\"")]
    [InlineData("", "line 1: unknown column \"\"")]
    [InlineData(Header, "has no rows below its header")]
    [InlineData(Header + "a,1,1,1,1000\n", "line 2: 5 fields, but the header has 11")]
    [InlineData(Header + "a,-1,1,1,1000,,,,,,\n", "line 2: cpu_milli is \"-1\"")]
    [InlineData(Header + "a,1,NaN,1,1000,,,,,,\n", "line 2: memory_mib is \"NaN\"")]
    [InlineData(Header + "a,1,1,65,1000,,,,,,\n", "line 2: num_gpu is \"65\"")]
    [InlineData(Header + "a,99999999999999999999,1,1,1000,,,,,,\n", "line 2: cpu_milli is")]
    [InlineData(Header + "ok,1,1,1,1000,,,,,,\na,1,1,1,1001,,,,,,\n", "line 3: gpu_milli is \"1001\"")]
    [InlineData(Header + "a,1,1,2,500,,,,,,\n", "line 2: num_gpu is 2 but gpu_milli 500")]
    [InlineData(Header + "a,1,1,0,500,,,,,,\n", "line 2: gpu_milli without num_gpu")]
    [InlineData(Header + "a,1,1,1,0,,,,,,\n", "line 2: num_gpu without gpu_milli")]
    [InlineData(Header + "A_b,1,1,1,1000,,,,,,\n", "line 2: name is \"A_b\"")]
    [InlineData(Header + "a,1,1,1,1000,T4|,,,,,\n", "line 2: gpu_spec is \"T4|\"")]
    [InlineData(Header + "a,x,1,1,1000,,,,,,\nb,1,y,1,1000,,,,,,\n", "line 2: cpu_milli is \"x\": write a whole number, 0 to 1000000000; line 3: memory_mib is \"y\"")]
    public async Task A_bad_file_is_refused_as_a_whole_before_anything_is_sent(string text, string message)
    {
        var run = await CliRun.Of(_gateway, "replay", Write("bad.csv", text));
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(_gateway.Requests);
    }

    [Theory]
    [InlineData("--concurrency", "0")]
    [InlineData("--concurrency", "NaN")]
    [InlineData("--rate", "0")]
    [InlineData("--rate", "NaN")]
    [InlineData("--limit", "-1")]
    [InlineData("--run-id", "a b")]
    [InlineData("--patience", "x")]
    [InlineData("--settle", "-1s")]
    [InlineData("--sample", "-1")]
    public async Task A_bad_option_is_refused(string option, string value) =>
        Assert.Equal(ExitCode.Usage, (await CliRun.Of(_gateway, "replay", Pods(1), option, value)).Code);

    [Fact]
    public void The_recorded_cluster_is_read_to_its_last_row()
    {
        var file = ReplayFile.Open(RepoFile.Path("tests/data/openb/openb_pod_list_default.csv.gz"));
        Assert.Equal(8152, file.Rows.Count);
        Assert.Equal("1ee7ed79c27a3b0861cda8ddba86a004c6aba904caafa329a76ae93ca63834a8", file.Hash);
        Assert.Equal(("openb-pod-0001", 6000, 12288, 1, 460), (file.Rows[1].Name, file.Rows[1].CpuMilli, file.Rows[1].MemoryMiB, file.Rows[1].Gpus, file.Rows[1].GpuMilli));
    }

    private IEnumerable<FakeGateway.Asked> Posts() => _gateway.Requests.Where(r => r.Method == "POST");

    private string Pods(int count) =>
        Write($"pods-{count}.csv", Header + string.Concat(Enumerable.Range(0, count).Select(i => $"pod-{i:000},1000,1024,1,500,,LS,Running,0,1,0\n")));

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>As the server does: the same key is the same job for ever.</summary>
    private string Id(HttpContext context) => _jobs.GetOrAdd(context.Request.Headers["Idempotency-Key"].ToString(), _ => "job-" + Ids.New());

    /// <summary>Each look finds more checks made.</summary>
    private Task Pool(HttpContext context, int pending = 0, long failures = 0, string reasons = "") =>
        FakeGateway.Write(context, 200, Json.Pool(pending: pending, failures: failures, reasons: reasons, checks: 99 + Interlocked.Increment(ref _looks)));

    private Task Submit(HttpContext context) => FakeGateway.Write(context, 201, Json.Job(Id(context)));
}
