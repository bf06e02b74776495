using Gateway.Tests.Support;

namespace Gateway.Tests.Http;

/// <summary>What every answer has, and what no answer tells.</summary>
public sealed class EdgeTests(TestGateway gateway) : IClassFixture<TestGateway>
{
    [Theory]
    [InlineData("/healthz/live")]
    [InlineData("/api/v1/jobs")]
    [InlineData("/api/v1/jobs/nope")]
    [InlineData("/no/such/path")]
    public async Task Every_answer_has_the_security_headers_and_none_names_the_server(string path)
    {
        var reply = await gateway.Get(path);

        Assert.Equal("nosniff", reply.Headers["X-Content-Type-Options"]);
        Assert.Equal("DENY", reply.Headers["X-Frame-Options"]);
        Assert.Equal("no-referrer", reply.Headers["Referrer-Policy"]);
        Assert.StartsWith("default-src 'none'", reply.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Contains("no-store", reply.Headers["Cache-Control"], StringComparison.Ordinal);
        Assert.False(reply.Headers.ContainsKey("Server"));
        Assert.False(reply.Headers.ContainsKey("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("evil.example.com")]
    [InlineData("evil.example.com:8080")]
    [InlineData("127.0.0.1.evil.example.com")]
    [InlineData("localhost.evil.example.com")]
    [InlineData("192.168.0.10")]
    [InlineData("0.0.0.0")]
    [InlineData("[::2]")]
    public async Task Without_authentication_a_foreign_host_name_is_refused(string host)
    {
        var reply = await gateway.Get("/api/v1/jobs", null, ("Host", host));

        reply.IsProblem(400, "HostNotAllowed");
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8080")]
    [InlineData("127.0.0.1:1")]
    [InlineData("127.1.2.3")]
    [InlineData("[::1]:8080")]
    public async Task This_machines_names_are_answered(string host) =>
        Assert.Equal(200, (await gateway.Get("/api/v1/jobs", null, ("Host", host))).Status);

    [Fact]
    public async Task A_path_that_there_is_not_is_404() =>
        (await gateway.Get("/api/v1/nonsense")).IsProblem(404, "NotFound");

    [Fact]
    public async Task A_method_that_a_resource_does_not_take_is_405_and_says_which_it_does()
    {
        var reply = await gateway.Send(HttpMethod.Delete, "/api/v1/jobs");

        reply.IsProblem(405, "MethodNotAllowed");
        Assert.Contains("POST", reply.Headers["Allow"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fault_is_500_logged_with_its_trace_and_told_without_a_word_of_it()
    {
        await using var broken = await TestGateway.Start();
        broken.Cluster.Before = (_, _, _) => throw new InvalidOperationException("the password is hunter2");

        var reply = await broken.Get("/api/v1/pools");

        reply.IsProblem(500, "InternalError");
        Assert.DoesNotContain("hunter2", reply.Text, StringComparison.Ordinal);
        Assert.Equal("nosniff", reply.Headers["X-Content-Type-Options"]);
        var trace = reply.Body["traceId"]!.GetValue<string>();
        Assert.Contains(broken.Logs.Entries, e => e.Event.Id == 1002 && e.Message.Contains(trace, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Storage_that_fails_is_503_without_its_words()
    {
        await using var broken = await TestGateway.Start();
        broken.Cluster.Before = (type, _, _) => type == "IJobIndex" ? throw new IOException("/var/secret/path") : Task.CompletedTask;

        var reply = await broken.Get("/api/v1/jobs");

        reply.IsProblem(503, "Unavailable");
        Assert.DoesNotContain("secret", reply.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_503()
    {
        await using var slow = await TestGateway.Start(settings: [("Gateway:RequestTimeout", "00:00:01"), ("Gateway:CallTimeout", "00:01:00"), ("Gateway:CallBudget", "00:01:00")]);
        slow.Cluster.Before = (_, _, _) => Task.Delay(Timeout.Infinite);

        (await slow.Get("/api/v1/pools")).IsProblem(503, "Unavailable");
    }

    [Theory]
    [InlineData("/api/v1/jobs", 20_000)]
    [InlineData("/", 9_000)]
    public async Task A_request_with_too_much_in_its_head_is_refused(string path, int bytes)
    {
        var reply = path == "/"
            ? await gateway.Get("/" + new string('a', bytes))
            : await gateway.Get(path, null, ("X-Filler", new string('a', bytes)));

        Assert.InRange(reply.Status, 414, 431);
    }

    [Fact]
    public async Task Requests_are_logged_at_debug_only()
    {
        await using var quiet = await TestGateway.Start();

        await quiet.Get("/api/v1/pools");

        Assert.DoesNotContain(quiet.Logs.Entries, e => e.Event.Id == 1001);
    }
}
