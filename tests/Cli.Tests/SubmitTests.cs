using System.Text.Json;
using Gateway.Contracts;

namespace Cli.Tests;

public sealed class SubmitTests
{
    [Fact]
    public async Task Every_flag_reaches_the_server_in_its_units_and_the_id_is_printed()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        var run = await CliRun.Of(
            gateway, "submit", "--name", "train", "--workers", "64", "--gpus", "8", "--cpu", "96", "--memory", "1Ti", "--gpu-model", "H100,A100", "--gpu-model", "T4",
            "--priority", "7", "--pool", "p", "--quota", "c/t/u", "--time", "1-00:00:00", "--run-for", "90m", "--topology", "block:required,rack", "--retries", "3",
            "--label", "a=1", "--label", "b=2", "--tenant", "t");
        Assert.Equal((0, "j1\n", ""), (run.Code, run.Out, run.Error));
        var asked = Assert.Single(gateway.Requests);
        Assert.Equal(
            """{"name":"train","tenant":"t","quota":"c/t/u","pool":"p","priority":7,"roles":[{"name":"worker","count":64,"cpuMilli":96000,"memoryMiB":1048576,"gpus":8,"gpuModels":["H100","A100","T4"]}],"topology":{"required":"block","preferred":"rack"},"runForSeconds":5400,"timeLimitSeconds":86400,"maxRetries":3,"labels":{"a":"1","b":"2"}}""",
            asked.Body);
        Assert.Equal(32, asked.Headers["Idempotency-Key"].Length);
    }

    [Fact]
    public async Task What_the_workers_run_stands_in_flags_and_their_command_behind_two_dashes()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        var run = await CliRun.Of(
            gateway, "submit", "-n", "a", "--image", "r.example/train:1", "-e", "LR=3e-4", "--env", "EMPTY=", "--workdir", "/src", "--mount", "/data=claim:sets:ro", "--mount",
            "/dev/shm=memory:64Gi", "--pull-secret", "pull", "--service-account", "sa", "--run-as-user", "1000", "--device", "rdma/hca=1", "--restart", "failedMembers:3", "--",
            "python", "train.py", "--name", "x");
        Assert.Equal((0, "j1\n"), (run.Code, run.Out));
        Assert.EndsWith(
            """
            "container":{"image":"r.example/train:1","command":["python","train.py","--name","x"],"env":[{"name":"LR","value":"3e-4"},{"name":"EMPTY","value":""}],"workingDir":"/src","volumes":[{"mountPath":"/data","claim":"sets","readOnly":true},{"mountPath":"/dev/shm","memoryMiB":65536}],"imagePullSecrets":["pull"],"serviceAccountName":"sa","runAsUser":1000,"devices":{"rdma/hca":1}},"restart":{"scope":"failedMembers","limit":3}}
            """,
            Assert.Single(gateway.Requests).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resources_are_asked_for_by_name()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        await CliRun.Of(gateway, "submit", "-n", "a", "--resource", "rdma/hca=1", "--resource", "ephemeral-storage=100Gi");
        Assert.Contains("\"extendedResources\":{\"ephemeral-storage\":\"100Gi\",\"rdma/hca\":1}", Assert.Single(gateway.Requests).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Part_of_a_gpu_means_one_gpu()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        await CliRun.Of(gateway, "submit", "-n", "a", "--gpu-milli", "460", "--cpu", "500m");
        var role = Body(gateway).Roles!.Single()!;
        Assert.Equal((1L, 460L, 500L, 1024L, 1L), (role.Gpus, role.GpuMilli, role.CpuMilli, role.MemoryMiB, role.Count));
    }

    [Theory]
    [InlineData("the job has no name")]
    [InlineData("--workers is \"0\"", "-n", "a", "--workers", "0")]
    [InlineData("--workers is \"-5\"", "-n", "a", "--workers", "-5")]
    [InlineData("--workers is \"1.5\"", "-n", "a", "--workers", "1.5")]
    [InlineData("--workers is \"99999999999999999999\"", "-n", "a", "--workers", "99999999999999999999")]
    [InlineData("--gpus is \"65\"", "-n", "a", "--gpus", "65")]
    [InlineData("--gpu-milli takes part of one GPU", "-n", "a", "--gpus", "2", "--gpu-milli", "500")]
    [InlineData("--gpu-milli is \"0\"", "-n", "a", "--gpu-milli", "0")]
    [InlineData("--gpu-milli is \"NaN\"", "-n", "a", "--gpu-milli", "NaN")]
    [InlineData("--cpu is \"-1\"", "-n", "a", "--cpu", "-1")]
    [InlineData("--memory is \"64\"", "-n", "a", "--memory", "64")]
    [InlineData("--gpu-model is \"A100,\"", "-n", "a", "--gpu-model", "A100,")]
    [InlineData("--priority is \"1001\"", "-n", "a", "--priority", "1001")]
    [InlineData("--retries is \"x\"", "-n", "a", "--retries", "x")]
    [InlineData("--label is \"x\"", "-n", "a", "--label", "x")]
    [InlineData("--time is \"5\"", "-n", "a", "--time", "5")]
    [InlineData("--wait-timeout says how long to wait", "-n", "a", "--wait-timeout", "5s")]
    [InlineData("--idempotency-key must be", "-n", "a", "--idempotency-key", "a b")]
    [InlineData("--env is \"X\"", "-n", "a", "--image", "i", "-e", "X")]
    [InlineData("--mount is \"/d=host:/\"", "-n", "a", "--image", "i", "--mount", "/d=host:/")]
    [InlineData("--mount is \"d=claim:x\"", "-n", "a", "--image", "i", "--mount", "d=claim:x")]
    [InlineData("--device is \"rdma/hca\"", "-n", "a", "--image", "i", "--device", "rdma/hca")]
    [InlineData("--resource is \"rdma/hca\"", "-n", "a", "--resource", "rdma/hca")]
    [InlineData("--resource is \"a/b=2\"", "-n", "a", "--resource", "a/b=1", "--resource", "a/b=2")]
    [InlineData("--run-as-user is \"0\"", "-n", "a", "--image", "i", "--run-as-user", "0")]
    [InlineData("--restart is \"all\"", "-n", "a", "--restart", "all")]
    [InlineData("workers that run something need an image", "-n", "a", "--", "python", "train.py")]
    [InlineData("\"python\" is no flag", "-n", "a", "--image", "i", "python")]
    [InlineData("'--nme' is no command or option here; see 'sched submit --help'", "--nme", "a")]
    [InlineData("the output format is \"xml\"", "-n", "a", "-o", "xml")]
    [InlineData("the server is \"ftp://x\"", "-n", "a", "--server", "ftp://x")]
    [InlineData("--timeout is \"0s\"", "-n", "a", "--timeout", "0s")]
    public async Task What_cannot_be_meant_is_refused_before_anything_is_sent(string message, params string[] args)
    {
        await using var gateway = await FakeGateway.Start();
        var run = await CliRun.Of(gateway, ["submit", .. args]);
        Assert.Equal(ExitCode.Usage, run.Code);
        Assert.StartsWith("sched: " + message, run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
        Assert.Empty(run.Out);
        Assert.Empty(gateway.Requests);
    }

    [Fact]
    public async Task A_lost_answer_is_asked_for_again_with_the_same_key_and_body()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Once("POST /api/v1/jobs", 503, FakeGateway.Problem(503, "Unavailable", "x"));
        gateway.Once("POST /api/v1/jobs", 429, FakeGateway.Problem(429, "TooManyRequests", "x"), ("Retry-After", "1"));
        gateway.Once("POST /api/v1/jobs", 502, "<html>bad gateway</html>");
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        var run = await CliRun.Of(gateway, "submit", "-n", "a");
        Assert.Equal((0, "j1\n"), (run.Code, run.Out));
        Assert.Equal(4, gateway.Requests.Count);
        Assert.Single(gateway.Requests.Select(r => (r.Body, r.Headers["Idempotency-Key"])).Distinct());
    }

    [Fact]
    public async Task A_key_of_ones_own_is_sent_as_it_is()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 200, Json.Job("j1"));
        await CliRun.Of(gateway, "submit", "-n", "a", "--idempotency-key", "nightly-2026-03-01");
        Assert.Equal("nightly-2026-03-01", gateway.Requests.Single().Headers["Idempotency-Key"]);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_leaves_the_key_to_try_again_with()
    {
        var run = await CliRun.Of("submit", "-n", "a");
        Assert.Equal(ExitCode.Failure, run.Code);
        Assert.Contains("submit again with --idempotency-key ", run.Error, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Waiting_ends_with_the_job()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        gateway.Always("GET /api/v1/jobs/j1/explain", 200, Json.Explanation());
        gateway.Once("GET /api/v1/jobs/j1", 200, Json.Job("j1"));
        gateway.Always("GET /api/v1/jobs/j1", 200, Json.Job("j1", "Running"));
        gateway.Once("GET /api/v1/jobs/j1/explain", 200, Json.Explanation());
        gateway.Once("GET /api/v1/jobs/j1", 200, Json.Job("j1", "Running"));
        gateway.Once("GET /api/v1/jobs/j1", 200, Json.Job("j1", "Succeeded"));
        var run = await CliRun.Of(gateway, "submit", "-n", "a", "--wait");
        Assert.Equal((0, "j1\n", "j1: Pending\nj1: Running\nj1: Succeeded\n"), (run.Code, run.Out, run.Error));
    }

    [Fact]
    public async Task A_job_that_failed_is_a_failure_and_one_that_never_fits_is_exit_code_3()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        gateway.Once("GET /api/v1/jobs/j1", 200, Json.Job("j1", "Failed", reason: "worker 3 exited with code 1"));
        var failed = await CliRun.Of(gateway, "submit", "-n", "a", "--wait");
        Assert.Equal(ExitCode.Failure, failed.Code);
        Assert.Contains("job j1 ended as Failed", failed.Error, StringComparison.Ordinal);

        gateway.Always("GET /api/v1/jobs/j1", 200, Json.Job("j1"));
        gateway.Always("GET /api/v1/jobs/j1/explain", 200, Json.Explanation("NeverFits"));
        var never = await CliRun.Of(gateway, "submit", "-n", "a", "--wait", "-q");
        Assert.Equal(ExitCode.NotPlaceable, never.Code);
        Assert.Contains("NeverFits, Not enough free GPUs.", never.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NeverFits")]
    [InlineData("ExceedsMaxQuota")]
    public async Task Never_is_believed_only_when_three_looks_in_a_row_say_so(string reason)
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        gateway.Always("GET /api/v1/jobs/j1", 200, Json.Job("j1"));
        gateway.Once("GET /api/v1/jobs/j1/explain", 200, Json.Explanation(reason));
        gateway.Once("GET /api/v1/jobs/j1/explain", 200, Json.Explanation(reason));
        gateway.Once("GET /api/v1/jobs/j1/explain", 200, Json.Explanation("Resources"));
        gateway.Always("GET /api/v1/jobs/j1/explain", 200, Json.Explanation(reason));
        var run = await CliRun.Of(gateway, "submit", "-n", "a", "--wait");
        Assert.Equal(ExitCode.NotPlaceable, run.Code);
        Assert.Equal(6, gateway.Requests.Count(r => r.Path.EndsWith("/explain", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Waiting_that_takes_too_long_ends_with_124_and_the_job_goes_on()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        gateway.Always("GET /api/v1/jobs/j1", 200, Json.Job("j1", "Running"));
        var run = await CliRun.Of(gateway, "submit", "-n", "a", "--wait", "--wait-timeout", "1s");
        Assert.Equal(ExitCode.TimedOut, run.Code);
        Assert.DoesNotContain(gateway.Requests, r => r.Path.Contains("cancel", StringComparison.Ordinal));
    }

    private static SubmitJobRequest Body(FakeGateway gateway) =>
        JsonSerializer.Deserialize(gateway.Requests.Single().Body, ContractsJson.Default.SubmitJobRequest)!;
}
