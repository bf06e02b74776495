using Gateway.Kubernetes;
using Gateway.Kubernetes.Client;
using Gateway.Tests.Hollow;
using Gateway.Tests.Support;
using k8s;
using k8s.Models;

namespace Gateway.Tests.Kubernetes.Client;

/// <summary>However a call to an API server ends, it ends as an answer, and only what may be repeated is.</summary>
public sealed class KubeApiTests
{
    private static readonly string Pod = StubCall.Pod("a", "7");

    [Fact]
    public async Task A_read_that_is_too_much_waits_as_long_as_the_server_says_and_is_made_again()
    {
        await using var server = await StubApiServer.Start(call => call.Number == 1 ? Busy(call, "5") : call.Answer(200, Pod));
        var time = new ManualTimeProvider();
        var began = time.GetUtcNow();

        var read = server.Api(new KubeApiOptions(), time).ReadPod("ml", "a", default);
        await time.AdvanceUntil(read, TimeSpan.FromMilliseconds(100));

        Assert.Equal("7", Assert.IsType<ClusterAnswer<V1Pod>.Done>(await read).Value.ResourceVersion());
        Assert.True(time.GetUtcNow() - began >= TimeSpan.FromSeconds(5));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task While_the_server_wants_fewer_calls_none_is_sent()
    {
        await using var server = await StubApiServer.Start(call => Busy(call, "3600"));
        var api = server.Api();

        var first = await Write(api);
        var second = await Write(api);

        Assert.Equal(TimeSpan.FromHours(1), Assert.IsType<ClusterAnswer<V1Pod>.Throttled>(first).RetryAfter);
        Assert.IsType<ClusterAnswer<V1Pod>.Throttled>(second);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_eviction_that_a_budget_forbids_does_not_hold_up_other_calls()
    {
        var forbidden = StubCall.Status(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", """{"causes":[{"reason":"DisruptionBudget","message":"needs 2"}],"retryAfterSeconds":10}""");
        await using var server = await StubApiServer.Start(call => call.Path.EndsWith("/eviction", StringComparison.Ordinal) ? call.Answer(429, forbidden) : call.Answer(200, Pod));
        var api = server.Api();

        var evicted = await api.Write((client, token) => client.CoreV1.CreateNamespacedPodEvictionAsync(new V1Eviction(), "a", "ml", cancellationToken: token), default);
        var read = await api.ReadPod("ml", "a", default);

        Assert.Equal(TimeSpan.FromSeconds(10), Assert.IsType<ClusterAnswer<V1Eviction>.Throttled>(evicted).RetryAfter);
        Assert.IsType<ClusterAnswer<V1Pod>.Done>(read);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(0)]
    public async Task A_read_is_made_again_when_the_server_breaks_or_the_connection_is_cut(int status)
    {
        await using var server = await StubApiServer.Start(call => call.Number <= 2 ? Break(call, status) : call.Answer(200, Pod));

        Assert.IsType<ClusterAnswer<V1Pod>.Done>(await server.Api().ReadPod("ml", "a", default));
    }

    [Fact]
    public async Task A_read_that_never_succeeds_ends_as_unknown()
    {
        await using var server = await StubApiServer.Start(call => call.Answer(500, StubCall.Status(500, "InternalError", "etcdserver: no leader")));

        var answer = await server.Api().ReadPod("ml", "a", default);

        Assert.Contains("no leader", Assert.IsType<ClusterAnswer<V1Pod>.Unknown>(answer).Why, StringComparison.Ordinal);
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_write_that_breaks_is_unknown_and_is_not_repeated(int status)
    {
        await using var server = await StubApiServer.Start(call => Break(call, status));

        Assert.IsType<ClusterAnswer<V1Pod>.Unknown>(await Write(server.Api()));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_write_whose_connection_is_cut_is_unknown()
    {
        await using var server = await StubApiServer.Start(call => call.Cut());

        Assert.IsType<ClusterAnswer<V1Pod>.Unknown>(await Write(server.Api()));
    }

    [Fact]
    public async Task A_write_without_an_answer_in_time_is_unknown()
    {
        await using var server = await StubApiServer.Start(call => call.Hang());

        Assert.IsType<ClusterAnswer<V1Pod>.Unknown>(await Write(server.Api(new KubeApiOptions { CallTimeout = TimeSpan.FromMilliseconds(100) })));
    }

    [Fact]
    public async Task A_call_that_its_caller_gives_up_is_no_answer()
    {
        await using var server = await StubApiServer.Start(call => call.Hang());
        using var stop = new CancellationTokenSource();

        var read = server.Api().ReadPod("ml", "a", stop.Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    [Fact]
    public async Task What_is_forbidden_is_refused_and_names_the_rule()
    {
        const string Rule = "pods is forbidden: User \"scheduler\" cannot create resource \"pods\" in API group \"\" in the namespace \"ml\"";
        await using var server = await StubApiServer.Start(call => call.Answer(403, StubCall.Status(403, "Forbidden", Rule)));

        Assert.Contains(Rule, Assert.IsType<ClusterAnswer<V1Pod>.Refused>(await Write(server.Api())).Why, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_answers_keep_their_meaning()
    {
        var status = 404;
        await using var server = await StubApiServer.Start(call => call.Answer(status, StubCall.Status(status, "Reason", "why")));
        var api = server.Api();

        Assert.IsType<ClusterAnswer<V1Pod>.NotFound>(await Write(api));
        status = 409;
        Assert.Equal("why", Assert.IsType<ClusterAnswer<V1Pod>.Conflict>(await Write(api)).Why);
        status = 410;
        Assert.IsType<ClusterAnswer<V1Pod>.Conflict>(await Write(api));
        status = 422;
        Assert.IsType<ClusterAnswer<V1Pod>.Refused>(await Write(api));
        status = 401;
        Assert.IsType<ClusterAnswer<V1Pod>.Unknown>(await Write(api));
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_is_unknown()
    {
        await using var server = await StubApiServer.Start(call => call.Answer(200, "<html>a proxy's page</html>"));

        Assert.IsType<ClusterAnswer<V1Pod>.Unknown>(await Write(server.Api()));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unknown()
    {
        var server = await StubApiServer.Start();
        var api = server.Api();
        await server.DisposeAsync();

        Assert.IsType<ClusterAnswer<V1Pod>.Unknown>(await Write(api));
    }

    [Theory]
    [InlineData("20", false)]
    [InlineData("20+", false)]
    [InlineData("21", true)]
    [InlineData("36+", true)]
    [InlineData("", false)]
    public async Task Preconditions_of_bindings_are_trusted_from_1_21_on(string minor, bool honours)
    {
        await using var server = await StubApiServer.Start(call => call.Answer(200, $$"""{"major":"1","minor":"{{minor}}"}"""));
        var api = server.Api();

        Assert.Equal(honours, await api.HonoursPreconditionsOfBindings(default));
        Assert.Equal(honours, await api.HonoursPreconditionsOfBindings(default));
        Assert.Single(server.Requests);
    }

    private static Task<ClusterAnswer<V1Pod>> Write(KubeApi api) =>
        api.Write((client, token) => client.CoreV1.CreateNamespacedPodAsync(new V1Pod(), "ml", cancellationToken: token), default);

    private static Task Busy(StubCall call, string seconds) => call.Answer(429, StubCall.Status(429, "TooManyRequests", "too many requests"), ("Retry-After", seconds));

    private static Task Break(StubCall call, int status) => status == 0 ? call.Cut() : call.Answer(status, StubCall.Status(status, "InternalError", "broken"));
}
