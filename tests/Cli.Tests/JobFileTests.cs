using Cli.Input;
using Gateway.Contracts;

namespace Cli.Tests;

public sealed class JobFileTests
{
    private const string Full =
        """
        # A training job
        name: train
        pool: openb
        quota: c/t/u
        priority: 7
        runFor: 2h
        timeLimit: 1d
        retries: 2
        topology:
          required: block
          preferred: rack
        labels: { team: vision, run: "7" }
        roles:
          - name: trainer
            count: 64
            cpu: 96
            memory: 1Ti
            gpus: 8
            gpuModels: [H100, A100]
            nodeSelector: { zone: "1" }
            nodeAffinity:
              - matchExpressions:
                  - { key: gen, operator: Gt, values: ["3"] }
                  - { key: slow, operator: DoesNotExist }
            tolerations: { gpu: only }
            extendedResources: { rdma/hca: 1, ephemeral-storage: 100Gi }
          - name: reader
            count: 4
            cpuMilli: 500
            memoryMiB: 512
        """;

    [Fact]
    public void Yaml_may_use_units_and_every_field_of_the_api()
    {
        var job = Read(Full);
        Assert.Equal(("train", "openb", "c/t/u", 7L, 7200L, 86400L, 2L), (job.Name, job.Pool, job.Quota, job.Priority, job.RunForSeconds, job.TimeLimitSeconds, job.MaxRetries));
        Assert.Equal(("block", "rack"), (job.Topology!.Required, job.Topology.Preferred));
        Assert.Equal("7", job.Labels!["run"]);
        var (trainer, reader) = (job.Roles![0]!, job.Roles[1]!);
        Assert.Equal((64L, 96_000L, 1_048_576L, 8L), (trainer.Count, trainer.CpuMilli, trainer.MemoryMiB, trainer.Gpus));
        Assert.Equal(["H100", "A100"], trainer.GpuModels!);
        Assert.Equal("1", trainer.NodeSelector!["zone"]);
        Assert.Equal(
            [("gen", "Gt", "3"), ("slow", "DoesNotExist", "")],
            Assert.Single(trainer.NodeAffinity!)!.MatchExpressions!.Select(r => (r!.Key, r.Operator, string.Join(",", r.Values ?? []))));
        Assert.Equal("only", trainer.Tolerations!["gpu"]);
        Assert.Equal(("1", "100Gi"), (trainer.ExtendedResources!["rdma/hca"].Text, trainer.ExtendedResources["ephemeral-storage"].Text));
        Assert.Equal(("reader", 4L, 500L, 512L, 0L), (reader.Name, reader.Count, reader.CpuMilli, reader.MemoryMiB, reader.Gpus));
    }

    [Fact]
    public void Json_is_read_as_well()
    {
        var job = Read("""{"name":"a","roles":[{"name":"worker","count":2,"cpuMilli":1000,"memoryMiB":1024,"gpus":1,"gpuMilli":500}],"priority":null}""");
        Assert.Equal((2L, 500L), (job.Roles![0]!.Count, job.Roles[0]!.GpuMilli));
        Assert.Null(job.Priority);
    }

    [Theory]
    [InlineData("", "job.yaml is empty")]
    [InlineData("- a", "job.yaml line 1: here stand fields")]
    [InlineData("nam: a", "job.yaml line 1: name is missing")]
    [InlineData("name: a", "roles has 0 entries")]
    [InlineData("name: a\nroles:\n  - cpu: 1\n    memory: 1Gi\n    gpuss: 8\n", "job.yaml line 5: gpuss is not a field here; known are cpu, memory, name, count")]
    [InlineData("name: a\nprioritty: 5\nroles: [{cpu: 1, memory: 1Gi}]", "job.yaml line 2: prioritty is not a field here")]
    [InlineData("name: a\ntopology: {require: rack}\nroles: [{cpu: 1, memory: 1Gi}]", "job.yaml line 2: require is not a field here")]
    [InlineData("name: a\ntopology: {required: row}\nroles: [{cpu: 1, memory: 1Gi}]", "job.yaml line 2: required is \"row\"; write none, node, nvlink, rack or block")]
    [InlineData("name: a\nname: b", "job.yaml line 2:")]
    [InlineData("name: [a", "job.yaml line ")]
    [InlineData("name: a\n---\nname: b", "job.yaml has 2 documents")]
    [InlineData("name: a\nroles: [{cpu: NaN, memory: 1Gi}]", "job.yaml line 2: cpu is \"NaN\"")]
    [InlineData("name: a\nroles:\n  - cpu: 1\n    memory: -1Gi", "job.yaml line 4: memory is \"-1Gi\"")]
    [InlineData("name: a\nroles:\n  - cpu: 1\n    memory: 1Gi\n    count: 0", "job.yaml line 5: count is \"0\"; write a whole number from 1")]
    [InlineData("name: a\nroles:\n  - cpu: 1\n    memory: 1Gi\n    count: 99999999999999999999", "job.yaml line 5: count is")]
    [InlineData("name: a\nroles:\n  - cpu: 1\n    memory: 1Gi\n    gpus: 1.5", "job.yaml line 5: gpus is \"1.5\"")]
    [InlineData("name: a\nroles:\n  - cpu: 1\n    cpuMilli: 1000\n    memory: 1Gi", "job.yaml line 3: cpu says again what cpuMilli says")]
    [InlineData("name: a\nroles:\n  - memory: 1Gi", "job.yaml line 3: cpu is missing; write cpu with a unit, or cpuMilli")]
    [InlineData("name: a\nrunFor: 5\nroles: [{cpu: 1, memory: 1Gi}]", "job.yaml line 2: runFor is \"5\"")]
    [InlineData("name: a\nlabels: [x]\nroles: [{cpu: 1, memory: 1Gi}]", "job.yaml line 2: labels is a list of")]
    [InlineData("name: {x: y}\nroles: []", "job.yaml line 1: name is one value")]
    public void What_is_wrong_is_named_with_its_line(string text, string message)
    {
        var e = Assert.Throws<CliException>(() => Read(text));
        Assert.Equal(ExitCode.Usage, e.ExitCode);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_larger_than_the_server_takes_is_refused() =>
        Assert.Contains("larger than 256 KiB", Assert.Throws<CliException>(() => Read("name: " + new string('a', 300_000))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_job_may_come_from_a_file_or_from_standard_input_but_not_from_flags_too()
    {
        await using var gateway = await FakeGateway.Start();
        gateway.Always("POST /api/v1/jobs", 201, Json.Job("j1"));
        var piped = await CliRun.Of(gateway, w => w with { In = new StringReader(Full) }, "submit", "-f", "-", "-q");
        Assert.Equal((0, "j1\n"), (piped.Code, piped.Out));

        var twice = await CliRun.Of(gateway, w => w with { In = new StringReader(Full) }, "submit", "-f", "-", "--priority", "5");
        Assert.Equal(ExitCode.Usage, twice.Code);
        Assert.StartsWith("sched: --priority and --file describe the job twice", twice.Error, StringComparison.Ordinal);

        var missing = await CliRun.Of(gateway, "submit", "-f", "/nowhere/job.yaml");
        Assert.Equal(ExitCode.Usage, missing.Code);
        Assert.Single(gateway.Requests);
    }

    private static SubmitJobRequest Read(string text) => JobFile.Read("job.yaml", new StringReader(text));
}
