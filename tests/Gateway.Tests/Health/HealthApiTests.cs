using Gateway.Tests.Fakes;
using Gateway.Tests.Support;

namespace Gateway.Tests.Health;

/// <summary>Live and ready.</summary>
public sealed class HealthApiTests
{
    [Fact]
    public async Task It_is_ready_when_storage_silo_and_a_pool_answer()
    {
        await using var gateway = await TestGateway.Start();

        var reply = await gateway.Get("/healthz/ready");

        Assert.Equal((200, "ready"), (reply.Status, reply.Text));
        Assert.Equal(1, gateway.Cluster.Journals.Snapshots);
        Assert.Contains("IPoolGrain/main/GetView", gateway.Cluster.Calls);
    }

    [Fact]
    public async Task It_is_ready_without_any_pool()
    {
        await using var gateway = await TestGateway.Start(new FakeCluster());

        Assert.Equal(200, (await gateway.Get("/healthz/ready")).Status);
    }

    [Fact]
    public async Task Storage_that_takes_no_writes_makes_it_not_ready_but_live()
    {
        await using var gateway = await TestGateway.Start();
        gateway.Cluster.Journals.Fault = new IOException("disk full on /var/secret");

        var reply = await gateway.Get("/healthz/ready");

        Assert.Equal((503, "not ready: storage"), (reply.Status, reply.Text));
        Assert.Equal(200, (await gateway.Get("/healthz/live")).Status);
    }

    [Theory]
    [InlineData("IDirectoryGrain", "not ready: silo")]
    [InlineData("IPoolGrain", "not ready: pools")]
    public async Task Grains_that_do_not_answer_make_it_not_ready(string type, string text)
    {
        await using var gateway = await TestGateway.Start(settings: [("Gateway:CallTimeout", "00:00:00.02"), ("Gateway:CallBudget", "00:00:00.05")]);
        gateway.Cluster.Before = (called, _, _) => called == type ? Task.Delay(Timeout.Infinite) : Task.CompletedTask;

        var reply = await gateway.Get("/healthz/ready");

        Assert.Equal((503, text), (reply.Status, reply.Text));
    }

    [Fact]
    public async Task Many_probes_cost_one_look()
    {
        await using var gateway = await TestGateway.Start();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => gateway.Get("/healthz/ready")));

        Assert.InRange(gateway.Cluster.Journals.Snapshots, 1, 3);
    }
}
