using System.Text.Json.Nodes;
using Gateway.Tests.Fakes;
using Gateway.Tests.Support;
using Grains.Nodes;
using Scheduling.Nodes;

namespace Gateway.Tests.Api;

/// <summary>Single machines.</summary>
public sealed class NodesApiTests : IAsyncLifetime
{
    private readonly TestGateway _gateway = new(new FakeCluster("main"));

    public async ValueTask InitializeAsync()
    {
        _gateway.Cluster.Grain(typeof(INodeGrain), "n1.example");
        _gateway.Cluster.Nodes["n1.example"].View = Some.Node("n1.example");
        await _gateway.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _gateway.DisposeAsync();

    [Fact]
    public async Task A_node_reads_with_its_labels_and_state()
    {
        var node = (await _gateway.Get("/api/v1/nodes/n1.example")).Body;

        Assert.Equal(("Ready", "main", "main/r1", 8, "H100"), (node["state"]!.GetValue<string>(), node["pool"]!.GetValue<string>(), node["rack"]!.GetValue<string>(), node["gpus"]!.GetValue<int>(), node["gpuModel"]!.GetValue<string>()));
        Assert.Equal(("a", "blue"), (node["labels"]!["zone"]!.GetValue<string>(), node["taints"]!["dedicated"]!.GetValue<string>()));
        Assert.Equal(8000, node["capacity"]!["gpuMilli"]!.GetValue<long>());
        Assert.Equal("""{"ephemeral-storage":"102400Mi","rdma/hca":8}""", node["capacity"]!["extended"]!.ToJsonString());
    }

    [Theory]
    [InlineData("cordon", NodeState.Cordoned)]
    [InlineData("drain", NodeState.Draining)]
    [InlineData("uncordon", NodeState.Ready)]
    public async Task An_action_changes_the_node_and_answers_it(string action, NodeState state)
    {
        var reply = await _gateway.Post($"/api/v1/nodes/n1.example:{action}", new JsonObject { ["reason"] = "bad fan" });

        Assert.Equal((200, state.ToString()), (reply.Status, reply.Body["state"]!.GetValue<string>()));
        Assert.Equal(state, _gateway.Cluster.Nodes["n1.example"].View!.State);
    }

    [Fact]
    public async Task A_preflight_is_told_with_the_boot_it_is_of_and_one_of_another_boot_is_a_conflict()
    {
        var view = _gateway.Cluster.Nodes["n1.example"].View!;
        _gateway.Cluster.Nodes["n1.example"].View = view with { Life = new NodeLife("u", "b2") };

        (await _gateway.Post("/api/v1/nodes/n1.example:passPreflight", new JsonObject { ["reason"] = "NCCL", ["boot"] = "b1" })).IsProblem(409, "Conflict");
        var failed = await _gateway.Post("/api/v1/nodes/n1.example:failPreflight", new JsonObject { ["reason"] = "row remap", ["boot"] = "b2" });
        Assert.Equal(("Preflight", "Failed", "b2"), (failed.Body["state"]!.GetValue<string>(), failed.Body["preflight"]!.GetValue<string>(), failed.Body["boot"]!.GetValue<string>()));
        var passed = await _gateway.Post("/api/v1/nodes/n1.example:passPreflight", new JsonObject { ["reason"] = "looked at" });
        Assert.Equal(("Ready", "Passed"), (passed.Body["state"]!.GetValue<string>(), passed.Body["preflight"]!.GetValue<string>()));
        (await _gateway.Post("/api/v1/nodes/n1.example:passPreflight", new JsonObject { ["reason"] = "x", ["boot"] = "a\tb" })).IsProblem(422, "ValidationFailed");
    }

    [Fact]
    public async Task Only_a_node_that_does_not_answer_is_declared_dead()
    {
        var dead = new JsonObject { ["reason"] = "smoke" };
        (await _gateway.Post("/api/v1/nodes/n1.example:declareDead", dead.DeepClone())).IsProblem(409, "Conflict");
        _gateway.Cluster.Nodes["n1.example"].View = _gateway.Cluster.Nodes["n1.example"].View! with { State = NodeState.NotReady };
        Assert.True((await _gateway.Post("/api/v1/nodes/n1.example:declareDead", dead)).Body["outOfService"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("{}", 422)]
    [InlineData("{\"reason\":null}", 422)]
    [InlineData("{\"reason\":\"\"}", 422)]
    [InlineData("{\"reason\":\"   \"}", 422)]
    [InlineData("{\"reason\":\"a\\tb\"}", 422)]
    [InlineData("{\"reason\":1}", 400)]
    [InlineData("{\"reason\":\"a\",\"force\":true}", 400)]
    [InlineData("", 400)]
    public async Task An_action_needs_a_reason(string body, int status)
    {
        foreach (var action in new[] { "cordon", "uncordon", "drain", "passPreflight", "failPreflight", "declareDead" })
            (await _gateway.Post($"/api/v1/nodes/n1.example:{action}", body)).IsProblem(status, status == 400 ? "InvalidJson" : "ValidationFailed");
        Assert.Equal(3, _gateway.Cluster.Nodes["n1.example"].View!.Version);
    }

    [Fact]
    public async Task A_reason_of_513_characters_is_refused() =>
        (await _gateway.Post("/api/v1/nodes/n1.example:drain", new JsonObject { ["reason"] = new string('x', 513) })).IsProblem(422, "ValidationFailed");

    [Theory]
    [InlineData("cordon")]
    [InlineData("uncordon")]
    [InlineData("drain")]
    [InlineData("passPreflight")]
    [InlineData("failPreflight")]
    [InlineData("declareDead")]
    public async Task A_node_that_there_is_not_is_404(string action) =>
        (await _gateway.Post($"/api/v1/nodes/n9:{action}", new JsonObject { ["reason"] = "x" })).IsProblem(404, "NotFound");
}
