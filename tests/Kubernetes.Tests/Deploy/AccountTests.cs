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

    /// <summary>Rights whose use needs operators' kinds, which are not on this server, or a workload that is asked to save its work.</summary>
    private static readonly string[] UsedElsewhere =
    [
        "patch pods", "get jobs", "get jobsets", "get mpijobs", "get pytorchjobs", "get tfjobs", "get xgboostjobs", "get paddlejobs", "get jaxjobs", "get rayclusters",
    ];

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

        await using (var gateway = await GatewayUnderTest.Start(Settings()))
        {
            await gateway.HasNodes(Pool, 4);
            await RunJob(gateway);
            await RunPodGroup();
            await Drain(gateway, nodes.Name(3));
            await Explain();
        }

        // Watches are written down when they end.
        var own = Server.Audit.Read().Where(e => e.User == $"system:serviceaccount:{DeployedServer.Namespace}:gateway").ToList();
        Assert.Equal([], own.Where(e => e.Code is 401 or 403).Select(e => $"{e.Verb} {e.Uri}").Distinct());
        var used = own.Where(e => e.Code is not (401 or 403)).Select(e => $"{e.Verb} {e.Resource}").ToHashSet();
        Assert.Equal(UsedElsewhere.Order(), (await Rights()).Where(r => !used.Contains(r)).Distinct().Order());
    }

    /// <summary>What all roles together give.</summary>
    private async Task<IEnumerable<string>> Rights()
    {
        List<JsonObject> roles =
        [
            await Server.Admin.Get("/apis/rbac.authorization.k8s.io/v1/clusterroles/orleans-scheduler"),
            await Server.Admin.Get("/apis/rbac.authorization.k8s.io/v1/clusterroles/orleans-scheduler-jobs"),
            await Server.Admin.Get($"/apis/rbac.authorization.k8s.io/v1/namespaces/{DeployedServer.Namespace}/roles/gateway"),
        ];
        return from rule in roles.SelectMany(r => r["rules"]!.AsArray())
               from verb in rule["verbs"]!.AsArray()
               from resource in rule["resources"]!.AsArray()
               select $"{(string)verb!} {(string)resource!}";
    }

    /// <summary>A pod that fits nowhere is told so.</summary>
    private async Task Explain()
    {
        await Server.Admin.Create($"/api/v1/namespaces/{Team}/pods", FakePods.Gpu("too-big", "orleans-scheduler", 64));
        await Eventually.True(
            async () => (await Server.Admin.Get($"/api/v1/namespaces/{Team}/pods/too-big"))["status"]!["conditions"]?.AsArray().Any(c => (string?)c!["type"] == "PodScheduled" && (string?)c["message"] is not null) == true,
            "the pod says why it waits");
        await Eventually.True(
            async () => (await Server.Admin.List($"/api/v1/namespaces/{Team}/events")).Items.Any(e => (string?)e["involvedObject"]!["name"] == "too-big"), "an event says so too");
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
