using Gateway.Tests.Support;

namespace Gateway.Tests.Http;

/// <summary>A bucket per tenant, and a limit on what is in progress.</summary>
public sealed class RateLimitsTests(TestIssuer issuer) : IClassFixture<TestIssuer>
{
    [Fact]
    public async Task A_tenant_that_empties_its_bucket_is_429_and_others_are_not()
    {
        await using var gateway = await TestGateway.Start(issuer: issuer, settings: [("Gateway:RequestBurst", "3"), ("Gateway:RequestsPerSecond", "1")]);
        var blue = issuer.Reader("blue");

        var statuses = new List<Reply>();
        for (var i = 0; i < 8; i++)
            statuses.Add(await gateway.Get("/api/v1/pools", blue));
        var refused = statuses.Where(r => r.Status == 429).ToArray();

        Assert.Equal(200, statuses[0].Status);
        Assert.NotEmpty(refused);
        refused[0].IsProblem(429, "TooManyRequests");
        Assert.InRange(int.Parse(refused[0].Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        Assert.Equal(200, (await gateway.Get("/api/v1/pools", issuer.Reader("red"))).Status);
        Assert.Equal(200, (await gateway.Get("/healthz/live")).Status);
    }

    [Fact]
    public async Task Requests_in_progress_are_limited()
    {
        await using var gateway = await TestGateway.Start(settings: ("Gateway:ConcurrentRequests", "1"));
        var inside = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        gateway.Cluster.Before = async (_, _, _) =>
        {
            inside.TrySetResult();
            await go.Task;
        };
        var first = gateway.Get("/api/v1/pools");
        await inside.Task;

        var second = await gateway.Get("/api/v1/pools");
        go.SetResult();

        second.IsProblem(429, "TooManyRequests");
        Assert.Equal(200, (await first).Status);
    }
}
