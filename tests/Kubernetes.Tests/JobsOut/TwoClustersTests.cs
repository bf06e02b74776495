using KubeKit;
using KubeTests.Support;

namespace KubeTests.JobsOut;

/// <summary>Two clusters behind one gateway.</summary>
public sealed class TwoClustersTests(KubeServerFixture west, OwnKubeServer east) : IClassFixture<OwnKubeServer>
{
    [KubeFact]
    public async Task Each_has_its_own_pools_and_runs_the_jobs_of_those()
    {
        var spaces = (West: await west.Server.CreateNamespace(), East: await east.Server.CreateNamespace());
        await new FakeNodes { Prefix = "two", Pool = "two", Count = 1 }.Create(west.Server.Admin);
        await new FakeNodes { Prefix = "two", Pool = "two", Count = 1 }.Create(east.Server.Admin);
        await using var kubelets = FakeKubelet.Start(west.Server.Admin, new FakeKubeletOptions { Namespace = spaces.West });
        await using var others = FakeKubelet.Start(east.Server.Admin, new FakeKubeletOptions { Namespace = spaces.East });
        await using var gateway = await GatewayUnderTest.Start(
        [
            .. GatewayUnderTest.Cluster(west.Server, spaces.West, "two", 0, ("Nodes:PoolPrefix", "west-"), ("Name", "west")),
            .. GatewayUnderTest.Cluster(east.Server, spaces.East, "two", 1, ("Nodes:PoolPrefix", "east-"), ("Name", "east")),
        ]);
        await gateway.HasNodes("west-two", 1);
        await gateway.HasNodes("east-two", 1);

        var (first, second) = (await gateway.Submit(GatewayUnderTest.Job("west-two", 2)), await gateway.Submit(GatewayUnderTest.Job("east-two", 3)));
        await gateway.Becomes(first, "Running");
        await gateway.Becomes(second, "Running");
        Assert.Equal((2, 0), ((await Workers.Of(west.Server, spaces.West, first)).Count, (await east.Server.Admin.List($"/api/v1/pods?labelSelector=orleans.scheduler/job={first}")).Items.Count));
        Assert.Equal((3, 0), ((await Workers.Of(east.Server, spaces.East, second)).Count, (await west.Server.Admin.List($"/api/v1/pods?labelSelector=orleans.scheduler/job={second}")).Items.Count));

        var metrics = await gateway.Text("/metrics");
        Assert.Contains("orleans_scheduler_kubernetes_leader{cluster=\"west\"} 1", metrics);
        Assert.Contains("orleans_scheduler_kubernetes_leader{cluster=\"east\"} 1", metrics);
        Assert.Matches("orleans_scheduler_kubernetes_calls_total\\{[^}]*verb=\"bind\"[^}]*\\} ", metrics);
    }
}
