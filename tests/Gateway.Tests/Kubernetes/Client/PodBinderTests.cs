using Gateway.Kubernetes;
using Gateway.Kubernetes.Client;
using Gateway.Tests.Support;
using k8s.Models;

namespace Gateway.Tests.Kubernetes.Client;

/// <summary>Done means: this very pod is bound to this node.</summary>
public sealed class PodBinderTests
{
    private const string Created = """{"kind":"Status","apiVersion":"v1","status":"Success","code":201}""";

    [Fact]
    public async Task A_binding_names_the_very_pod_and_version_and_brings_annotations()
    {
        await using var server = await StubApiServer.Start(call => IsVersion(call) ? Version(call, "36") : call.Answer(201, Created));

        Assert.IsType<ClusterAnswer<V1Pod?>.Done>(await Bind(server));

        var sent = server.Requests.Single(r => r.Method == "POST");
        Assert.Equal("/api/v1/namespaces/ml/pods/a/binding", sent.Path);
        var body = System.Text.Json.Nodes.JsonNode.Parse(sent.Body)!;
        Assert.Equal("u1", (string?)body["metadata"]!["uid"]);
        Assert.Equal("7", (string?)body["metadata"]!["resourceVersion"]);
        Assert.Equal("5", (string?)body["metadata"]!["annotations"]!["epoch"]);
        Assert.Equal("n1", (string?)body["target"]!["name"]);
    }

    [Fact]
    public async Task A_server_that_honours_preconditions_is_believed()
    {
        await using var server = await StubApiServer.Start(call => IsVersion(call) ? Version(call, "36") : call.Answer(201, Created));

        Assert.Null(Assert.IsType<ClusterAnswer<V1Pod?>.Done>(await Bind(server)).Value);
        Assert.DoesNotContain(server.Requests, r => r.Path.EndsWith("/pods/a", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_old_server_is_asked_whom_it_bound()
    {
        await using var server = await StubApiServer.Start(call => IsVersion(call) ? Version(call, "20") : call.Seen.Method == "POST" ? call.Answer(201, Created) : call.Answer(200, StubCall.Pod("a", "8", "n1", uid: "another")));

        Assert.IsType<ClusterAnswer<V1Pod?>.NotFound>(await Bind(server));
    }

    [Fact]
    public async Task A_lost_answer_to_a_binding_that_was_made_is_done()
    {
        await using var server = await StubApiServer.Start(call => IsVersion(call) ? Version(call, "36") : call.Seen.Method == "POST" ? call.Cut() : call.Answer(200, StubCall.Pod("a", "8", "n1")));

        Assert.Equal("n1", Assert.IsType<ClusterAnswer<V1Pod?>.Done>(await Bind(server)).Value!.Spec.NodeName);
        Assert.Single(server.Requests, r => r.Method == "POST");
    }

    [Fact]
    public async Task A_lost_answer_to_a_binding_that_was_not_made_stays_unknown()
    {
        await using var server = await StubApiServer.Start(call => IsVersion(call) ? Version(call, "36") : call.Seen.Method == "POST" ? call.Cut() : call.Answer(200, StubCall.Pod("a", "7")));

        Assert.IsType<ClusterAnswer<V1Pod?>.Unknown>(await Bind(server));
    }

    [Theory]
    [InlineData("n1", typeof(ClusterAnswer<V1Pod?>.Done))]
    [InlineData("n2", typeof(ClusterAnswer<V1Pod?>.Conflict))]
    [InlineData(null, typeof(ClusterAnswer<V1Pod?>.Conflict))]
    public async Task A_conflict_is_read_back_and_compared(string? node, Type answer)
    {
        await using var server = await StubApiServer.Start(call => IsVersion(call) ? Version(call, "36")
            : call.Seen.Method == "POST" ? call.Answer(409, StubCall.Status(409, "Conflict", "already assigned")) : call.Answer(200, StubCall.Pod("a", "8", node)));

        Assert.IsType(answer, await Bind(server));
    }

    [Fact]
    public async Task A_pod_that_is_gone_is_not_found()
    {
        await using var server = await StubApiServer.Start(call => IsVersion(call) ? Version(call, "36") : call.Answer(404, StubCall.Status(404, "NotFound", "no pod a")));

        Assert.IsType<ClusterAnswer<V1Pod?>.NotFound>(await Bind(server));
    }

    [Fact]
    public async Task What_is_bound_and_cannot_be_read_back_is_unknown()
    {
        await using var server = await StubApiServer.Start(call => IsVersion(call) ? Version(call, "20") : call.Seen.Method == "POST" ? call.Answer(201, Created) : call.Answer(403, StubCall.Status(403, "Forbidden", "no")));

        Assert.IsType<ClusterAnswer<V1Pod?>.Unknown>(await Bind(server));
    }

    [Theory]
    [InlineData("n1", 0)]
    [InlineData("n2", 1)]
    [InlineData(null, 1)]
    public async Task A_server_that_ignores_preconditions_is_not_asked_again_when_the_watch_shows_this_very_pod_bound(string? shown, int reads)
    {
        await using var server = await StubApiServer.Start(call => IsVersion(call) ? Version(call, "20")
            : call.Seen.Method == "POST" ? call.Answer(201, Created) : call.Answer(200, StubCall.Pod("a", "8", "n1")));

        var answer = await new PodBinder(server.Api()).Bind("ml", "a", "u1", "7", "n1", null, default, new Echo(shown));

        Assert.IsType<ClusterAnswer<V1Pod?>.Done>(answer);
        Assert.Equal(reads, server.Requests.Count(r => r.Method == "GET" && r.Path.EndsWith("/pods/a", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Not_more_than_so_many_calls_are_made_at_once()
    {
        var (now, most) = (0, 0);
        await using var server = await StubApiServer.Start(async call =>
        {
            if (IsVersion(call))
            {
                await Version(call, "36");
                return;
            }

            InterlockedMax(ref most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
            await call.Answer(201, Created);
        });
        var binder = new PodBinder(server.Api(), callsAtOnce: 3);

        await Task.WhenAll(Enumerable.Range(0, 60).Select(i => binder.Bind("ml", $"p{i}", "u1", "7", "n1", null, default)));

        Assert.InRange(most, 1, 3);
        Assert.Equal(60, server.Requests.Count(r => r.Method == "POST"));
    }

    private static Task<ClusterAnswer<V1Pod?>> Bind(StubApiServer server) =>
        new PodBinder(server.Api()).Bind("ml", "a", "u1", "7", "n1", new Dictionary<string, string> { ["epoch"] = "5" }, default);

    private static bool IsVersion(StubCall call) => call.Path == "/version/";

    private static Task Version(StubCall call, string minor) => call.Answer(200, $$"""{"major":"1","minor":"{{minor}}"}""");

    private static void InterlockedMax(ref int most, int value)
    {
        while (Volatile.Read(ref most) is var seen && seen < value && Interlocked.CompareExchange(ref most, value, seen) != seen)
        {
        }
    }

    private sealed class Echo(string? node) : IBindingEcho
    {
        public Task<string?> NodeOf(string uid, TimeSpan within, CancellationToken cancellationToken) => Task.FromResult(uid == "u1" ? node : null);
    }
}
