using System.Globalization;
using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.Deploy;

/// <summary>The product under exactly the account that deploy/kubernetes gives it, on a server that enforces rights and writes every request down.</summary>
public sealed class AccountTests(DeployedServer fixture) : IClassFixture<DeployedServer>
{
    private const string Pool = "account";
    private const string Team = "team-a";

    private KubeServer Server => fixture.Server;

    [KubeFact]
    public async Task All_that_the_gateway_does_it_may_and_nothing_that_it_may_not_is_tried()
    {
        var nodes = new FakeNodes { Prefix = Pool, Pool = Pool, Count = 4 };
        await nodes.Create(Server.Admin);
        await using var kubelet = FakeKubelet.Start(Server.Admin);
        await Server.Admin.Create("/api/v1/namespaces", Named(Team));
        foreach (var space in new[] { Team, DeployedServer.JobsNamespace })
        {
            // As Kubernetes' own controller does in every namespace; here there is none.
            await Server.Admin.Create($"/api/v1/namespaces/{space}/serviceaccounts", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" }, ["automountServiceAccountToken"] = false });
        }

        await using var gateway = await GatewayUnderTest.Start(Settings());
        await gateway.HasNodes(Pool, 4);

        await RunJob(gateway);
        await RunPodGroup();
        await Drain(gateway, nodes.Name(3));

        var own = Server.Audit.Read().Where(e => e.User == $"system:serviceaccount:{DeployedServer.Namespace}:gateway").ToList();
        Assert.Equal([], own.Where(e => e.Code is 401 or 403).Select(e => $"{e.Verb} {e.Uri}").Distinct());
        foreach (var used in new[]
        {
            "list pods", "watch pods", "create pods", "delete pods", "create pods/binding", "create pods/eviction", "list nodes", "watch nodes", "patch nodes",
            "create services", "delete services", "create leases", "update leases", "get podgroups",
        })
        {
            Assert.True(own.Any(e => $"{e.Verb} {e.Resource}" == used && e.Code < 300), $"{used}: the right is given, and was not used with success");
        }
    }

    private static JsonObject Named(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };

    private Dictionary<string, string?> Settings()
    {
        var settings = GatewayUnderTest.Cluster(Server, DeployedServer.JobsNamespace, Pool);
        settings["Kubernetes:Clusters:0:Api:KubeConfig"] = Server.KubeconfigOf(fixture.GatewayToken);
        settings["Kubernetes:Clusters:0:Lease:Namespace"] = DeployedServer.Namespace;
        settings["Kubernetes:Clusters:0:SchedulerNames:0"] = "orleans-scheduler";
        settings["Kubernetes:Clusters:0:Backend:SweepEvery"] = "00:00:01";
        return settings;
    }

    private async Task RunJob(GatewayUnderTest gateway)
    {
        var id = await gateway.Submit(GatewayUnderTest.Job(Pool, 3, gpus: 2));
        await gateway.Becomes(id, "Running");
        foreach (var pod in await Workers.Of(Server, DeployedServer.JobsNamespace, id))
        {
            await Workers.End(Server, DeployedServer.JobsNamespace, pod);
        }

        await gateway.Becomes(id, "Succeeded");
        await Eventually.True(async () => (await Workers.Of(Server, DeployedServer.JobsNamespace, id)).Count == 0, "its pods are gone");
        await Eventually.True(async () => await Server.Admin.Find($"/api/v1/namespaces/{DeployedServer.JobsNamespace}/services/{id}") is null, "its service is gone");
    }

    private async Task RunPodGroup()
    {
        await Server.Admin.Create($"/apis/scheduling.x-k8s.io/v1alpha1/namespaces/{Team}/podgroups", new JsonObject
        {
            ["apiVersion"] = "scheduling.x-k8s.io/v1alpha1", ["kind"] = "PodGroup", ["metadata"] = new JsonObject { ["name"] = "pair" }, ["spec"] = new JsonObject { ["minMember"] = 2 },
        });
        for (var member = 0; member < 2; member++)
        {
            var labels = new Dictionary<string, string> { ["scheduling.x-k8s.io/pod-group"] = "pair" };
            await Server.Admin.Create($"/api/v1/namespaces/{Team}/pods", FakePods.Gpu("pair-" + member.ToString(CultureInfo.InvariantCulture), "orleans-scheduler", 4, labels));
        }

        await Eventually.True(
            async () => (await Server.Admin.List($"/api/v1/namespaces/{Team}/pods")).Items.Count(p => FakePods.PhaseOf(p) == "Running") == 2, "both pods of the group run");
    }

    /// <summary>A pod of somebody else's leaves by eviction, and the node says why it is held out.</summary>
    private async Task Drain(GatewayUnderTest gateway, string node)
    {
        var theirs = FakePods.Gpu("theirs", "default-scheduler", 0);
        theirs["metadata"]!["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = "ReplicaSet", ["name"] = "web", ["uid"] = "7c5d", ["controller"] = true });
        await Server.Admin.Create($"/api/v1/namespaces/{Team}/pods", theirs);
        await Server.Admin.Create($"/api/v1/namespaces/{Team}/pods/theirs/binding", new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "Binding", ["metadata"] = new JsonObject { ["name"] = "theirs" }, ["target"] = new JsonObject { ["kind"] = "Node", ["name"] = node },
        });
        var (status, body) = await gateway.Post($"/api/v1/nodes/{node}:drain", new JsonObject { ["reason"] = "firmware" });
        Assert.True((int)status < 300, $"{status} {body.ToJsonString()}");
        await Eventually.Get(
            async () => await Server.Admin.Find($"/api/v1/namespaces/{Team}/pods/theirs") is null ? "" : await gateway.Text($"/api/v1/nodes/{node}"), static left => left.Length == 0, "the other's pod was evicted");
        await Eventually.True(
            async () => (await Server.Admin.Get("/api/v1/nodes/" + node))["spec"]!["taints"]?.AsArray().Any(t => (string?)t!["key"] == "orleans.scheduler/held-out") == true, "the node is tainted");
    }
}
