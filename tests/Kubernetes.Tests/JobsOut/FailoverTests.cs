using System.Net;
using Gateway.Kubernetes.Hosting;
using KubeKit;
using KubeTests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace KubeTests.JobsOut;

/// <summary>Who acts on a cluster, and what becomes of its pods when that one is gone.</summary>
public sealed class FailoverTests(KubeServerFixture fixture)
{
    private KubeServer Server => fixture.Server;

    [KubeFact]
    public async Task A_gateway_that_stops_gives_its_lease_up_and_the_next_goes_on_with_the_very_same_pods()
    {
        await using var world = await RestJobTests.World.Start(Server, "turns", nodes: 2);
        var id = await world.Gateway.Submit(GatewayUnderTest.Job(world.Pool, 2, gpus: 8));
        await world.Gateway.Becomes(id, "Running");
        var before = (await Workers.Of(Server, world.Space, id)).Select(Workers.Uid).Order().ToList();

        var settings = new ConfigurationBuilder().AddInMemoryCollection(GatewayUnderTest.Cluster(Server, world.Space, world.Pool)).Build()
            .GetSection(KubernetesSettings.Section).Get<KubernetesSettings>()!.Clusters.Single();
        settings.Name += "-second";
        var services = world.Gateway.Services.GetRequiredService<ClusterServices>();
        using var second = new ClusterHost(settings, services with { Claims = new PoolClaims() }, new Random(2), "second");
        var first = world.Gateway.Services.GetRequiredService<ClusterHost>();
        await second.StartAsync(CancellationToken.None);
        await Eventually.True(() => Task.FromResult(second.Note is null), "the second one is in step");
        Assert.Equal((true, false), (first.Leads, second.Leads));

        await first.StopAsync(CancellationToken.None);
        await Eventually.True(() => Task.FromResult(second.Leads), "the second one leads");
        Assert.False(first.Leads);

        // It knows what runs, and acts on it: nothing was made or bound again.
        await world.Gateway.Becomes(id, "Running");
        Assert.Equal(before, (await Workers.Of(Server, world.Space, id)).Select(Workers.Uid).Order());
        Assert.Equal(HttpStatusCode.OK, (await world.Gateway.Post($"/api/v1/jobs/{id}:cancel", [])).Status);
        await world.Gateway.Becomes(id, "Cancelled");
        await Eventually.True(async () => (await Workers.Of(Server, world.Space, id)).Count == 0, "its pods are gone");
        await second.StopAsync(CancellationToken.None);
    }

    [KubeFact]
    public async Task A_gateway_that_is_killed_is_followed_by_one_that_finds_everything_and_binds_nothing_twice()
    {
        var space = await Server.CreateNamespace();
        await new FakeNodes { Prefix = "killed", Pool = "killed", Count = 2 }.Create(Server.Admin);
        await using var kubelet = FakeKubelet.Start(Server.Admin, new FakeKubeletOptions { Namespace = space });
        var data = Directory.CreateTempSubdirectory("orleans-scheduler-kube-killed-").FullName;
        var settings = GatewayUnderTest.Cluster(Server, space, "killed");
        string id;
        List<string> before;
        await using (var first = await GatewayProcess.Start(data, settings))
        {
            await first.Api.HasNodes("killed", 2);
            id = await first.Api.Submit(GatewayUnderTest.Job("killed", 4, gpus: 4));
            await first.Api.Becomes(id, "Running");
            before = [.. (await Workers.Of(Server, space, id)).Select(Workers.Uid).Order()];
            first.Kill();
        }

        await using var second = await GatewayProcess.Start(data, settings);
        await second.Api.Becomes(id, "Running");
        var next = await second.Api.Submit(GatewayUnderTest.Job("killed", 1, gpus: 0));
        await second.Api.Becomes(next, "Running");
        Assert.Equal(before, (await Workers.Of(Server, space, id)).Select(Workers.Uid).Order());
        foreach (var pod in await Workers.Of(Server, space, id))
        {
            await Workers.End(Server, space, pod);
        }

        await second.Api.Becomes(id, "Succeeded");
    }
}
