using System.Text.Json.Nodes;
using Gateway.Tests.Hollow;
using Gateway.Tests.Support;
using Scheduling.Model;

namespace Gateway.Tests.Api;

/// <summary>What workers run: from the request into the spec and back, and every rule by its field.</summary>
public sealed class ContainerApiTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    private const string Jobs = "/api/v1/jobs";

    private const string Full =
        """
        { "image": "r.example/a/train:1.2@sha256:00", "command": [ "python" ], "args": [ "-u", "train.py" ], "workingDir": "/src", "imagePullPolicy": "IfNotPresent",
          "env": [ { "name": "LR", "value": "3e-4" }, { "name": "IP", "field": "status.podIP" }, { "name": "KEY", "secret": "wandb", "key": "token" },
                   { "name": "CFG", "configMap": "cfg", "key": "a.yaml" } ],
          "ports": [ { "port": 8080, "name": "http" } ],
          "volumes": [ { "mountPath": "/data", "claim": "sets", "readOnly": true, "subPath": "a/b" }, { "mountPath": "/dev/shm", "memoryMiB": 65536 },
                       { "mountPath": "/scratch", "scratchMiB": 0 }, { "mountPath": "/cfg", "configMap": "cfg" }, { "mountPath": "/key", "secret": "key" } ],
          "imagePullSecrets": [ "pull" ], "serviceAccountName": "trainer", "runAsUser": 1000, "runAsGroup": 1001, "fsGroup": 1002, "readOnlyRootFilesystem": true,
          "capabilities": [ "IPC_LOCK" ], "terminationGraceSeconds": 60, "devices": { "rdma/hca": 1 }, "hostNetwork": false }
        """;

    [Fact]
    public async Task Every_field_is_kept_and_shown_again()
    {
        var reply = await gateway.Post(Jobs, Bodies.Job(b =>
        {
            b["container"] = JsonNode.Parse(Full);
            b["restart"] = JsonNode.Parse("""{ "scope": "failedMembers" }""");
            b["roles"]![0]!["container"] = JsonNode.Parse("""{ "args": [ "eval.py" ] }""");
        }));
        Assert.Equal(201, reply.Status);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Full), reply.Body["container"]), reply.Body["container"]!.ToJsonString());
        Assert.Equal("""{"scope":"failedMembers","limit":10}""", reply.Body["restart"]!.ToJsonString());
        Assert.Equal("""{"args":["eval.py"]}""", reply.Body["roles"]![0]!["container"]!.ToJsonString());
    }

    [Fact]
    public void A_roles_fields_go_before_the_jobs_and_a_command_of_its_own_does_not_take_the_jobs_arguments()
    {
        var job = Make.Assignment("j", workers: 1).Spec with
        {
            Container = new ContainerSpec { Image = "all", Args = ["a"], Env = [new("A", VariableSource.Value, "1"), new("B", VariableSource.Value, "2")], RunAsUser = 5 },
        };
        var role = job.Roles[0] with { Container = new ContainerSpec { Command = ["c"], Env = [new("B", VariableSource.Value, "3")] } };
        var both = ContainerSpec.Of(job, role)!;
        Assert.Equal(("all", 5L), (both.Image, both.RunAsUser));
        Assert.Equal(["c"], both.Command);
        Assert.Empty(both.Args);
        Assert.Equal(["B=3", "A=1"], both.Env.Select(e => $"{e.Name}={e.Text}"));
        Assert.Equal(["a"], ContainerSpec.Of(job, role with { Container = new ContainerSpec { Image = "own" } })!.Args);
        Assert.Same(job.Container, ContainerSpec.Of(job, role with { Container = null }));
    }

    [Theory]
    [InlineData("image", """{ "image": "a b" }""")]
    [InlineData("image", """{ "image": "" }""")]
    [InlineData("image", """{ "image": "-x" }""")]
    [InlineData("command[0]", """{ "command": [ null ] }""")]
    [InlineData("env[0].name", """{ "env": [ { "value": "x" } ] }""")]
    [InlineData("env[0].name", """{ "env": [ { "name": "1A", "value": "x" } ] }""")]
    [InlineData("env[0].name", """{ "env": [ { "name": "RANK", "value": "7" } ] }""")]
    [InlineData("env[1].name", """{ "env": [ { "name": "A", "value": "x" }, { "name": "A", "value": "y" } ] }""")]
    [InlineData("env[0]", """{ "env": [ { "name": "A" } ] }""")]
    [InlineData("env[0]", """{ "env": [ { "name": "A", "value": "x", "field": "status.podIP" } ] }""")]
    [InlineData("env[0].field", """{ "env": [ { "name": "A", "field": "metadata.annotations" } ] }""")]
    [InlineData("env[0].secret", """{ "env": [ { "name": "A", "secret": "../other/s", "key": "k" } ] }""")]
    [InlineData("env[0].key", """{ "env": [ { "name": "A", "secret": "s" } ] }""")]
    [InlineData("env[0].key", """{ "env": [ { "name": "A", "value": "x", "key": "k" } ] }""")]
    [InlineData("workingDir", """{ "workingDir": "src" }""")]
    [InlineData("ports[0].port", """{ "ports": [ { "port": 70000 } ] }""")]
    [InlineData("ports[0].name", """{ "ports": [ { "port": 7, "name": "longer-than-fifteen" } ] }""")]
    [InlineData("ports[1].port", """{ "ports": [ { "port": 7 }, { "port": 7 } ] }""")]
    [InlineData("volumes[0].mountPath", """{ "volumes": [ { "scratchMiB": 1 } ] }""")]
    [InlineData("volumes[0].mountPath", """{ "volumes": [ { "mountPath": "/", "scratchMiB": 1 } ] }""")]
    [InlineData("volumes[0].mountPath", """{ "volumes": [ { "mountPath": "/a/../b", "scratchMiB": 1 } ] }""")]
    [InlineData("volumes[1].mountPath", """{ "volumes": [ { "mountPath": "/a", "scratchMiB": 1 }, { "mountPath": "/a/", "scratchMiB": 1 } ] }""")]
    [InlineData("volumes[0]", """{ "volumes": [ { "mountPath": "/a" } ] }""")]
    [InlineData("volumes[0]", """{ "volumes": [ { "mountPath": "/a", "claim": "x", "secret": "y" } ] }""")]
    [InlineData("volumes[0].claim", """{ "volumes": [ { "mountPath": "/a", "claim": "other/x" } ] }""")]
    [InlineData("volumes[0].memoryMiB", """{ "volumes": [ { "mountPath": "/a", "memoryMiB": 0 } ] }""")]
    [InlineData("volumes[0].subPath", """{ "volumes": [ { "mountPath": "/a", "claim": "x", "subPath": "/etc" } ] }""")]
    [InlineData("imagePullSecrets[0]", """{ "imagePullSecrets": [ "A B" ] }""")]
    [InlineData("imagePullPolicy", """{ "imagePullPolicy": "always" }""")]
    [InlineData("serviceAccountName", """{ "serviceAccountName": "a/b" }""")]
    [InlineData("runAsUser", """{ "runAsUser": 0 }""")]
    [InlineData("capabilities[0]", """{ "capabilities": [ "sys-admin" ] }""")]
    [InlineData("terminationGraceSeconds", """{ "terminationGraceSeconds": 3601 }""")]
    [InlineData("devices", """{ "devices": { "gpu": 1 } }""")]
    [InlineData("devices.rdma/hca", """{ "devices": { "rdma/hca": 0 } }""")]
    public async Task What_a_container_may_not_be_is_refused_by_its_field_in_the_job_and_in_a_role(string field, string container)
    {
        var reply = await gateway.Post(Jobs, Bodies.Job(b => b["container"] = JsonNode.Parse(container)));
        Assert.Equal(["container." + field], reply.IsProblem(422, "ValidationFailed").Keys);
        reply = await gateway.Post(Jobs, Bodies.Job(b => b["roles"]![0]!["container"] = JsonNode.Parse(container)));
        Assert.Equal(["roles[0].container." + field], reply.IsProblem(422, "ValidationFailed").Keys);
    }

    [Theory]
    [InlineData("""{ "hostPath": "/etc" }""")]
    [InlineData("""{ "privileged": true }""")]
    [InlineData("""{ "volumes": [ { "mountPath": "/a", "hostPath": "/etc" } ] }""")]
    public async Task What_is_no_field_cannot_be_handed_in(string container) =>
        (await gateway.Post(Jobs, Bodies.Job(b => b["container"] = JsonNode.Parse(container)))).IsProblem(400, "InvalidJson");

    [Theory]
    [InlineData("restart.scope", """{ "scope": "all" }""")]
    [InlineData("restart.scope", """{ "limit": 1 }""")]
    [InlineData("restart.limit", """{ "scope": "failedMembers", "limit": 0 }""")]
    [InlineData("restart.limit", """{ "scope": "gang", "limit": 1 }""")]
    public async Task What_a_restart_may_not_be_is_refused_by_its_field(string field, string restart)
    {
        var reply = await gateway.Post(Jobs, Bodies.Job(b => b["restart"] = JsonNode.Parse(restart)));
        Assert.Equal([field], reply.IsProblem(422, "ValidationFailed").Keys);
    }

    [Fact]
    public async Task More_text_than_pools_can_keep_for_every_job_is_refused()
    {
        var reply = await gateway.Post(Jobs, Bodies.Job(b => b["container"] = new JsonObject { ["args"] = new JsonArray(new string('x', 40_000)) }));
        Assert.Equal(["container"], reply.IsProblem(422, "ValidationFailed").Keys);
    }
}
