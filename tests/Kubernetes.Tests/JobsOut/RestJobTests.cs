using System.Net;
using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.JobsOut;

/// <summary>Jobs that come by REST, as pods of a real API server, with nodes and kubelets that are made up.</summary>
public sealed class RestJobTests(KubeServerFixture fixture)
{
    private KubeServer Server => fixture.Server;

    [KubeFact]
    public async Task A_gang_of_16_is_bound_where_the_grains_decided_runs_and_ends_and_nothing_of_it_is_left()
    {
        await using var world = await World.Start(Server, "whole", nodes: 4);
        var id = await world.Gateway.Submit(GatewayUnderTest.Job(world.Pool, 16, gpus: 2));
        await world.Gateway.Becomes(id, "Running");

        var pods = await Workers.Of(Server, world.Space, id);
        var planned = await world.Gateway.Workers(id);
        Assert.Equal(16, pods.Count);
        Assert.All(pods, p => Assert.Equal(planned[Workers.Rank(p)], FakePods.NodeOf(p)));
        Assert.All(pods, p => Assert.Equal(
            ("16", $"w-0.{id}.{world.Space}.svc", $"w-{Workers.Rank(p)}", id),
            (Workers.Variable(p, "WORLD_SIZE"), Workers.Variable(p, "MASTER_ADDR"), (string?)p["spec"]!["hostname"], (string?)p["spec"]!["subdomain"])));
        Assert.Equal("None", (string?)(await Server.Admin.Get($"/api/v1/namespaces/{world.Space}/services/{id}"))["spec"]!["clusterIP"]);

        foreach (var pod in pods)
        {
            await Workers.End(Server, world.Space, pod);
        }

        await world.Gateway.Becomes(id, "Succeeded");
        await Eventually.True(async () => (await Workers.Of(Server, world.Space, id)).Count == 0, "its pods are gone");
        await Eventually.True(async () => await Server.Admin.Find($"/api/v1/namespaces/{world.Space}/services/{id}") is null, "its service is gone");
    }

    [KubeFact]
    public async Task A_worker_that_fails_ends_the_gang_and_the_job_says_which_where_and_how()
    {
        await using var world = await World.Start(Server, "fails", nodes: 2);
        var id = await world.Gateway.Submit(GatewayUnderTest.Job(world.Pool, 3, gpus: 4));
        await world.Gateway.Becomes(id, "Running");
        var pod = (await Workers.Of(Server, world.Space, id)).Single(p => Workers.Rank(p) == 1);
        await Workers.End(Server, world.Space, pod, exitCode: 3);

        var job = await world.Gateway.Becomes(id, "Failed");
        Assert.Contains($"worker 1 on {FakePods.NodeOf(pod)}", (string)job["reason"]!);
        Assert.Contains("exit 3", (string)job["reason"]!);
        await Eventually.True(async () => (await Workers.Of(Server, world.Space, id)).Count == 0, "its pods are gone");
    }

    [KubeFact]
    public async Task A_failed_member_is_started_again_where_it_was_while_the_others_run_on()
    {
        await using var world = await World.Start(Server, "again", nodes: 2);
        var id = await world.Gateway.Submit(GatewayUnderTest.Job(world.Pool, 3, gpus: 4, j => j["restart"] = new JsonObject { ["scope"] = "failedMembers", ["limit"] = 1 }));
        await world.Gateway.Becomes(id, "Running");
        var before = (await Workers.Of(Server, world.Space, id)).ToDictionary(Workers.Rank);
        await Workers.End(Server, world.Space, before[1], exitCode: 3);

        var again = await Eventually.Get(
            async () => (await Workers.Of(Server, world.Space, id)).SingleOrDefault(p => Workers.Name(p) == Workers.Name(before[1]) + "-1"),
            p => p is not null && FakePods.PhaseOf(p) == "Running", "another runs in its place");
        Assert.Equal(FakePods.NodeOf(before[1]), FakePods.NodeOf(again!));
        var now = (await Workers.Of(Server, world.Space, id)).Where(p => FakePods.PhaseOf(p) == "Running").ToDictionary(Workers.Rank);
        Assert.Equal((Workers.Uid(before[0]), Workers.Uid(before[2]), 1), (Workers.Uid(now[0]), Workers.Uid(now[2]), (int)(await world.Gateway.Becomes(id, "Running"))["attempt"]!));

        // Once, said the job: the second failure is the attempt's.
        await Workers.End(Server, world.Space, again!, exitCode: 4);
        Assert.Contains("which is the limit", (string)(await world.Gateway.Becomes(id, "Failed"))["reason"]!);
    }

    [KubeFact]
    public async Task A_lost_node_is_swapped_for_another_of_its_rack_and_only_the_worker_on_it_starts_anew()
    {
        await using var world = await World.Start(Server, "swap", nodes: 4);
        var id = await world.Gateway.Submit(GatewayUnderTest.Job(world.Pool, 3, gpus: 8, j => j["restart"] = new JsonObject { ["scope"] = "failedMembers", ["limit"] = 1 }));
        await world.Gateway.Becomes(id, "Running");
        var before = (await Workers.Of(Server, world.Space, id)).ToDictionary(Workers.Rank);
        var lost = FakePods.NodeOf(before[1])!;

        // Its machine is gone without a word, and an operator says so: Kubernetes takes its pods away.
        world.Kubelet.Silence(lost);
        await Server.Admin.Patch(
            $"/api/v1/nodes/{lost}/status", new JsonObject { ["status"] = new JsonObject { ["conditions"] = new JsonArray(FakeNodes.NodeCondition("Ready", "Unknown", "NodeStatusUnknown")) } }, KubeApi.StrategicPatch);
        await Eventually.True(
            async () => (await world.Gateway.Post($"/api/v1/nodes/{lost}:declareDead", new JsonObject { ["reason"] = "power supply" })).Status == HttpStatusCode.OK, "it is declared dead");
        await Eventually.Get(
            async () => (await Workers.Of(Server, world.Space, id)).SingleOrDefault(p => Workers.Uid(p) == Workers.Uid(before[1])),
            p => p?["metadata"]!["deletionTimestamp"] is not null, "what may still run there is to go");
        Assert.Equal(3, (await Workers.Of(Server, world.Space, id)).Count);
        await Server.Admin.Delete($"/api/v1/namespaces/{world.Space}/pods/{Workers.Name(before[1])}", new JsonObject { ["gracePeriodSeconds"] = 0 });

        var now = await Eventually.Get(
            async () => (await Workers.Of(Server, world.Space, id)).Where(p => FakePods.PhaseOf(p) == "Running").ToDictionary(Workers.Rank), p => p.Count == 3, "the gang is whole again");
        Assert.Equal((Workers.Uid(before[0]), Workers.Uid(before[2])), (Workers.Uid(now[0]), Workers.Uid(now[2])));
        Assert.DoesNotContain(FakePods.NodeOf(now[1]), before.Values.Select(FakePods.NodeOf));
        Assert.Equal(FakePods.NodeOf(now[1]), (await world.Gateway.Workers(id))[1]);
        Assert.Equal(1, (int)(await world.Gateway.Becomes(id, "Running"))["attempt"]!);

        // Once, said the job: with the next the whole gang starts again, and may be placed before anybody has read why.
        world.Kubelet.Silence(FakePods.NodeOf(now[0])!);
        await Server.Admin.Delete($"/api/v1/namespaces/{world.Space}/pods/{Workers.Name(now[0])}", new JsonObject { ["gracePeriodSeconds"] = 0 });
        await Eventually.Get(() => world.Gateway.Api.Get($"/api/v1/jobs/{id}"), j => (int)j["attempt"]! == 2, "the whole gang is started again");
        Assert.Contains("which is the limit", await world.Gateway.Api.Story(id));
    }

    [KubeFact]
    public async Task A_job_runs_where_its_node_affinity_allows()
    {
        await using var world = await World.Start(Server, "affinity", nodes: 3);
        var id = await world.Gateway.Submit(GatewayUnderTest.Job(world.Pool, 2, gpus: 8, j => j["roles"]![0]!["nodeAffinity"] = JsonNode.Parse("""
            [{"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"NotIn","values":["affinity-0001"]},{"key":"no-such-label","operator":"DoesNotExist"}]}]
            """)));
        await world.Gateway.Becomes(id, "Running");
        Assert.Equal(["affinity-0000", "affinity-0002"], (await Workers.Of(Server, world.Space, id)).Select(p => FakePods.NodeOf(p)!).Order(StringComparer.Ordinal));
    }

    [KubeFact]
    public async Task A_cancelled_job_takes_its_pods_with_it_and_one_that_goes_first_gets_the_room_of_another()
    {
        await using var world = await World.Start(Server, "room", nodes: 1);
        var low = await world.Gateway.Submit(GatewayUnderTest.Job(world.Pool, 2, gpus: 4, j => { j["priority"] = 1; j["minRuntimeSeconds"] = 0; }));
        await world.Gateway.Becomes(low, "Running");
        var high = await world.Gateway.Submit(GatewayUnderTest.Job(world.Pool, 2, gpus: 4, j => j["priority"] = 900));
        await world.Gateway.Becomes(high, "Running");
        await world.Gateway.Becomes(low, "Pending");
        Assert.All(await Workers.Of(Server, world.Space, high), p => Assert.Equal("Running", FakePods.PhaseOf(p)));

        Assert.Equal(HttpStatusCode.OK, (await world.Gateway.Post($"/api/v1/jobs/{high}:cancel", [])).Status);
        await world.Gateway.Becomes(high, "Cancelled");
        await world.Gateway.Becomes(low, "Running");
        await Eventually.True(async () => (await Workers.Of(Server, world.Space, high)).Count == 0, "the cancelled one's pods are gone");
    }

    [KubeFact]
    public async Task What_cannot_be_a_pod_there_is_refused_before_it_waits()
    {
        await using var world = await World.Start(Server, "refuse", nodes: 1);
        var (status, body) = await world.Gateway.Post("/api/v1/jobs", GatewayUnderTest.Job(world.Pool, 1, change: j => j.Remove("container")));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "container.image"), (status, body["errors"]!.AsObject().Single().Key));
        (status, body) = await world.Gateway.Post("/api/v1/jobs", GatewayUnderTest.Job(world.Pool, 1, change: j => j["container"]!["hostNetwork"] = true));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "container.hostNetwork"), (status, body["errors"]!.AsObject().Single().Key));
        (status, body) = await world.Gateway.Post("/api/v1/jobs", GatewayUnderTest.Job(world.Pool, 1, change: j => j["tenant"] = "other"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "tenant"), (status, body["errors"]!.AsObject().Single().Key));
    }

    /// <summary>A gateway, a namespace, nodes of one pool and their kubelets.</summary>
    internal sealed class World : IAsyncDisposable
    {
        public required GatewayUnderTest Gateway { get; init; }

        public required FakeKubelet Kubelet { get; init; }

        public required string Space { get; init; }

        public required string Pool { get; init; }

        public static async Task<World> Start(KubeServer server, string pool, int nodes)
        {
            var space = await server.CreateNamespace();
            await new FakeNodes { Prefix = pool, Pool = pool, Count = nodes }.Create(server.Admin);
            var kubelet = FakeKubelet.Start(server.Admin, new FakeKubeletOptions { Namespace = space });
            var gateway = await GatewayUnderTest.Start(GatewayUnderTest.Cluster(server, space, pool));
            var world = new World { Gateway = gateway, Kubelet = kubelet, Space = space, Pool = pool };
            try
            {
                await gateway.HasNodes(pool, nodes);
                return world;
            }
            catch
            {
                await world.DisposeAsync();
                throw;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Kubelet.DisposeAsync();
        }
    }
}
