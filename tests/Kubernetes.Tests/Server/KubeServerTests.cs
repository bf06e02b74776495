using System.Net;
using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.Server;

/// <summary>What the other tests rely on: a real server that authenticates, authorizes, remembers and can be broken.</summary>
public sealed class KubeServerTests(OwnKubeServer fixture) : IClassFixture<OwnKubeServer>
{
    private KubeServer Server => fixture.Server;

    [KubeFact]
    public async Task Who_was_granted_nothing_may_do_nothing_and_who_has_no_token_is_nobody()
    {
        using var nobody = Server.As("nobody");
        using var stranger = Server.With("not-a-token");

        Assert.Equal(HttpStatusCode.Forbidden, (await nobody.Send(HttpMethod.Get, "/api/v1/pods")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.Send(HttpMethod.Get, "/api/v1/pods")).Status);
    }

    [KubeFact]
    public async Task A_bound_pod_runs_and_ends_as_it_says_and_a_second_bind_is_a_conflict()
    {
        var space = await Server.CreateNamespace();
        var nodes = new FakeNodes { Prefix = "runs", Count = 2 };
        await nodes.Create(Server.Admin);
        await using var kubelet = FakeKubelet.Start(Server.Admin, new FakeKubeletOptions { Namespace = space });
        var annotations = new Dictionary<string, string> { [FakeKubelet.RunMilliseconds] = "20", [FakeKubelet.ExitCode] = "3" };
        await Server.Admin.Create($"/api/v1/namespaces/{space}/pods", FakePods.Gpu("one", "ours", 8, annotations: annotations));

        await Bind(space, "one", nodes.Name(1));
        var again = await Assert.ThrowsAsync<KubeApiException>(() => Bind(space, "one", nodes.Name(0)));
        var ended = await Pod(space, "one", p => FakePods.PhaseOf(p) == "Failed");

        Assert.Equal(HttpStatusCode.Conflict, again.Status);
        Assert.Equal(nodes.Name(1), FakePods.NodeOf(ended));
        Assert.Equal(3, (int)ended["status"]!["containerStatuses"]![0]!["state"]!["terminated"]!["exitCode"]!);
        Assert.NotNull(ended["status"]!["podIP"]);
        Assert.Empty(kubelet.Complaints);
    }

    [KubeFact]
    public async Task A_pod_on_a_silent_node_stays_until_the_node_wakes()
    {
        var space = await Server.CreateNamespace();
        var nodes = new FakeNodes { Prefix = "silent", Count = 1 };
        await nodes.Create(Server.Admin);
        await using var kubelet = FakeKubelet.Start(Server.Admin, new FakeKubeletOptions { Namespace = space });
        await Server.Admin.Create($"/api/v1/namespaces/{space}/pods", FakePods.Gpu("one", "ours"));
        await Bind(space, "one", nodes.Name(0));
        await Pod(space, "one", p => FakePods.PhaseOf(p) == "Running");

        kubelet.Silence(nodes.Name(0));
        await Server.Admin.Delete($"/api/v1/namespaces/{space}/pods/one");
        await Server.Admin.Create($"/api/v1/namespaces/{space}/pods", FakePods.Gpu("two", "ours", 0));
        await Bind(space, "two", nodes.Name(0));
        Assert.NotNull((await Server.Admin.Get($"/api/v1/namespaces/{space}/pods/one"))["metadata"]!["deletionTimestamp"]);
        kubelet.Wake(nodes.Name(0));

        await Eventually.True(async () => await Server.Admin.Find($"/api/v1/namespaces/{space}/pods/one") is null, "the deleted pod is gone");
        await Pod(space, "two", p => FakePods.PhaseOf(p) == "Running");
    }

    [KubeFact]
    public async Task What_was_written_is_there_after_both_were_killed_and_a_version_of_before_a_compaction_is_gone()
    {
        var space = await Server.CreateNamespace();
        var first = await Server.Admin.Create($"/api/v1/namespaces/{space}/configmaps", Map("one"));
        await Server.Admin.Create($"/api/v1/namespaces/{space}/configmaps", Map("two"));

        await Server.KillApiServer();
        await Server.KillEtcd();
        Assert.False(await Server.Admin.IsReady());
        Server.StartEtcd();
        await Server.StartApiServer();
        await Server.Compact();
        var (items, _) = await Server.Admin.List($"/api/v1/namespaces/{space}/configmaps");
        var gone = await Assert.ThrowsAsync<KubeApiException>(async () =>
        {
            await foreach (var news in Server.Admin.Watch($"/api/v1/namespaces/{space}/configmaps", (string)first["metadata"]!["resourceVersion"]!))
            {
                Assert.Fail($"An old version was served: {news}");
            }
        });

        Assert.Equal(["one", "two"], items.Select(FakePods.NameOf).Order());
        Assert.Equal(HttpStatusCode.Gone, gone.Status);
    }

    [KubeFact]
    public async Task Custom_resources_are_kept_and_their_status_apart_from_them()
    {
        var space = await Server.CreateNamespace();
        await Server.Kubectl(["apply", "--server-side", "--validate=false", "-k", Path.Combine(KubeBinaries.Root, "deploy/kubernetes/crds")]);
        var path = $"/apis/scheduling.x-k8s.io/v1alpha1/namespaces/{space}/podgroups";
        await Eventually.True(async () => (await Server.Admin.Send(HttpMethod.Get, path)).Status == HttpStatusCode.OK, "the kind is served");

        var group = new JsonObject { ["apiVersion"] = "scheduling.x-k8s.io/v1alpha1", ["kind"] = "PodGroup", ["metadata"] = new JsonObject { ["name"] = "gang" }, ["spec"] = new JsonObject { ["minMember"] = 3 } };
        await Server.Admin.Create(path, group);
        await Server.Admin.Patch(path + "/gang/status", new JsonObject { ["spec"] = new JsonObject { ["minMember"] = 9 }, ["status"] = new JsonObject { ["phase"] = "Running" } });

        var kept = await Server.Admin.Get(path + "/gang");
        Assert.Equal((3, "Running"), ((int)kept["spec"]!["minMember"]!, (string)kept["status"]!["phase"]!));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Server.Admin.Send(HttpMethod.Post, path, new JsonObject
        {
            ["apiVersion"] = "scheduling.x-k8s.io/v1alpha1", ["kind"] = "PodGroup", ["metadata"] = new JsonObject { ["name"] = "none" }, ["spec"] = new JsonObject { ["minMember"] = 0 },
        })).Status);
    }

    [KubeFact]
    public async Task Kubectl_reads_what_we_wrote_and_a_user_is_known_by_certificate_too()
    {
        var space = await Server.CreateNamespace();
        await Server.Admin.Create($"/api/v1/namespaces/{space}/configmaps", Map("seen"));
        var (certificate, key) = Server.Certificates.ForUser("alice", "team");

        Assert.Contains("configmap/seen", await Server.Kubectl(["get", "configmaps", "-n", space, "-o", "name"]));
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Server.Kubectl(["get", "pods", "-n", space, "--token=", $"--client-certificate={certificate}", $"--client-key={key}", "--user="], "nobody"));

        Assert.Contains("alice", refused.Message, StringComparison.Ordinal);
    }

    private static JsonObject Map(string name) => new() { ["metadata"] = new JsonObject { ["name"] = name } };

    private Task<JsonObject> Bind(string space, string pod, string node) =>
        Server.Admin.Create($"/api/v1/namespaces/{space}/pods/{pod}/binding", new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "Binding", ["metadata"] = new JsonObject { ["name"] = pod }, ["target"] = new JsonObject { ["kind"] = "Node", ["name"] = node },
        });

    private Task<JsonObject> Pod(string space, string name, Func<JsonObject, bool> done) =>
        Eventually.Get(() => Server.Admin.Get($"/api/v1/namespaces/{space}/pods/{name}"), done, $"pod {name} is as expected");
}
