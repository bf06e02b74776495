using System.Text.Json;
using Gateway.Contracts;

namespace Cli.Tests;

/// <summary>Flags and file keys about a job's life.</summary>
public sealed class JobRulesTests
{
    private static async Task<SubmitJobRequest> Submitted(params string[] args)
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        var run = await CliRun.Of(gateway, ["submit", .. args]);
        Assert.True(run.Code == 0, run.Error);
        return JsonSerializer.Deserialize(Assert.Single(gateway.Requests).Body, ContractsJson.Default.SubmitJobRequest)!;
    }

    [Fact]
    public async Task Every_flag_reaches_the_server()
    {
        var job = await Submitted(
            "-n", "a", "--workers", "4", "--max-workers", "12", "--slices", "4:block", "--apart", "node=2", "--priority-class", "low", "-d", "j-1", "-d", "j-2:started",
            "--deadline", "2099-12-24T18:00:00Z", "--retry-on", "hardware=5", "--retry-on", "setup=0", "--back-off", "30s", "--max-back-off", "10m", "--retry-budget", "7",
            "--checkpoint-every", "15m", "--checkpoint-grace", "2m", "--min-runtime", "1h", "--array", "500%20", "--spread", "rack:required");
        var role = job.Roles!.Single()!;
        Assert.Equal((12L, 4L, "block", "node", 2L), (role.MaxCount, role.Slices!.Size, role.Slices.Level, role.AntiAffinity!.Level, role.AntiAffinity.MaxPerDomain));
        Assert.Equal("low", job.PriorityClass);
        Assert.Equal([("j-1", null), ("j-2", "started")], job.DependsOn!.Select(d => (d!.Job, d.Condition)));
        Assert.Equal(new DateTimeOffset(2099, 12, 24, 18, 0, 0, TimeSpan.Zero), job.Deadline);
        Assert.Equal([("hardware", 5L), ("setup", 0L)], job.Retry!.Limits!.Select(l => (l!.Class, l.Retries!.Value)));
        Assert.Equal((30L, 600L, 7L), (job.Retry.BackOffSeconds, job.Retry.MaxBackOffSeconds, job.Retry.Budget));
        Assert.Equal((900L, 120L, 3600L), (job.Checkpoint!.IntervalSeconds, job.Checkpoint.GraceSeconds, job.MinRuntimeSeconds));
        Assert.Equal((500L, 20L, "rack", true), (job.Array!.Count, job.Array.MaxParallel, job.Spread!.Level, job.Spread.Required));
    }

    [Fact]
    public async Task What_was_not_said_is_not_sent()
    {
        var job = await Submitted("-n", "a");
        Assert.Equal(new SubmitJobRequest { Name = "a", Roles = job.Roles }, job);
        Assert.Null(job.Roles!.Single()!.MaxCount);
    }

    [Fact]
    public async Task A_deadline_may_be_so_long_from_now()
    {
        // Counted from the clock of the run.
        var (six, one) = ((await Submitted("-n", "a", "--deadline", "6h")).Deadline!.Value, (await Submitted("-n", "a", "--deadline", "1h")).Deadline!.Value);
        Assert.InRange(six - one, TimeSpan.FromHours(4.9), TimeSpan.FromHours(5.1));
    }

    [Fact]
    public async Task A_service_has_replicas() => Assert.Equal(3, (await Submitted("-n", "a", "--replicas", "3")).Service!.Replicas);

    [Theory]
    [InlineData("--array is \"0\"", "--array", "0")]
    [InlineData("--array is \"5%\"", "--array", "5%")]
    [InlineData("--array is \"5%2%1\"", "--array", "5%2%1")]
    [InlineData("--array is \"100001\"", "--array", "100001")]
    [InlineData("--array and --replicas exclude each other", "--array", "5", "--replicas", "2")]
    [InlineData("--replicas is \"0\"", "--replicas", "0")]
    [InlineData("--depends-on is \":ended\"", "-d", ":ended")]
    [InlineData("--depends-on is \"j-1:happy\"", "-d", "j-1:happy")]
    [InlineData("--retry-on is \"hardware\"", "--retry-on", "hardware")]
    [InlineData("--retry-on is \"cosmic=1\"", "--retry-on", "cosmic=1")]
    [InlineData("--spread is \"planet\"", "--spread", "planet")]
    [InlineData("--spread is \"rack:maybe\"", "--spread", "rack:maybe")]
    [InlineData("--slices is \"x:rack\"", "--slices", "x:rack")]
    [InlineData("--apart is \"rack=0\"", "--apart", "rack=0")]
    [InlineData("--deadline is \"soon\"", "--deadline", "soon")]
    [InlineData("--deadline is \"2026-99-01T\"", "--deadline", "2026-99-01T")]
    [InlineData("--priority and --priority-class", "--priority", "1", "--priority-class", "low")]
    public async Task What_cannot_be_meant_is_refused_before_anything_is_sent(string message, params string[] args)
    {
        await using var gateway = await FakeGateway.Start();
        var run = await CliRun.Of(gateway, ["submit", "-n", "a", .. args]);
        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(gateway.Requests);
    }

    [Fact]
    public async Task A_file_says_the_same()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, """
            name: a
            priorityClass: high
            deadline: 2099-12-24T18:00:00Z
            dependsOn:
              - job: j-1
              - { job: j-2, condition: ended }
            retry: { limits: [ { class: hardware, retries: 5 } ], backOff: 30s, budget: 7 }
            checkpoint: { interval: 15m, grace: 2m }
            minRuntime: 1h
            service: { replicas: 2 }
            spread: { level: rack, required: true }
            roles:
              - { count: 4, maxCount: 8, cpu: 1, memory: 1Gi, slices: { size: 2, level: nvlink }, antiAffinity: { level: rack, maxPerDomain: 2 } }
            """);
        var job = await Submitted("-f", file);
        File.Delete(file);
        Assert.Equal(("high", 2, "ended"), (job.PriorityClass, job.DependsOn!.Count, job.DependsOn[1]!.Condition));
        Assert.Equal((5L, 30L, 7L), (job.Retry!.Limits!.Single()!.Retries, job.Retry.BackOffSeconds, job.Retry.Budget));
        Assert.Equal((900L, 120L, 3600L, 2L, true), (job.Checkpoint!.IntervalSeconds, job.Checkpoint.GraceSeconds, job.MinRuntimeSeconds, job.Service!.Replicas, job.Spread!.Required));
        var role = job.Roles!.Single()!;
        Assert.Equal((8L, 2L, "nvlink", 2L), (role.MaxCount, role.Slices!.Size, role.Slices.Level, role.AntiAffinity!.MaxPerDomain));
    }

    [Theory]
    [InlineData("replica is not a field here", "service: { replica: 2 }")]
    [InlineData("level is \"planet\"", "spread: { level: planet }")]
    [InlineData("deadline is \"6h\"", "deadline: 6h")]
    [InlineData("required is \"yes\"", "spread: { level: rack, required: yes }")]
    [InlineData("says again what", "retry: { backOff: 5s, backOffSeconds: 5 }")]
    public async Task A_file_with_a_mistake_is_refused_with_its_line(string message, string line)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"name: a\nroles: [ {{ cpu: 1, memory: 1Gi }} ]\n{line}\n");
        await using var gateway = await FakeGateway.Start();
        var run = await CliRun.Of(gateway, "submit", "-f", file);
        File.Delete(file);
        Assert.Equal(2, run.Code);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Contains("line 3", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_leave_out_parts_unless_they_are_asked_for()
    {
        foreach (var (args, query) in new[] { (Array.Empty<string>(), "parent=none"), (["--parent", "j-1"], "parent=j-1"), (["--all"], null) })
        {
            await using var gateway = await FakeGateway.Start();
            gateway.Always("GET /api/v1/jobs", 200, """{"value":[]}""");
            Assert.Equal(0, (await CliRun.Of(gateway, ["list", .. args])).Code);
            var asked = Assert.Single(gateway.Requests).Path;
            Assert.Equal(query is not null, asked.Contains("parent=", StringComparison.Ordinal));
            Assert.Contains(query ?? "", asked, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_service_is_scaled()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("PUT /api/v1/jobs/j1/replicas", 200, Json.Job("j1"));
        var run = await CliRun.Of(gateway, "scale", "j1", "5");
        Assert.Equal((0, "j1 is kept up with 5 replicas\n"), (run.Code, run.Out));
        Assert.Equal("""{"replicas":5}""", Assert.Single(gateway.Requests).Body);
        Assert.Equal(2, (await CliRun.Of(gateway, "scale", "j1", "-1")).Code);
    }
}
