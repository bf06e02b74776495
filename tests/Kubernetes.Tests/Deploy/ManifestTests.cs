using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.Deploy;

/// <summary>deploy/kubernetes, as kubectl renders it, on a real API server.</summary>
public sealed class ManifestTests(DeployedServer fixture) : IClassFixture<DeployedServer>
{
    [KubeFact]
    public async Task The_server_accepts_every_object_of_the_base_in_a_dry_run()
    {
        var objects = await fixture.DryRun(DeployedServer.ForThisServer(fixture.Manifests));

        Assert.Equal(fixture.Manifests.Split("\n---\n").Length, objects.Count);
        Assert.Single(objects, o => (string)o["kind"]! == "StatefulSet");
        Assert.Single(objects, o => (string)o["kind"]! == "PodDisruptionBudget");
        Assert.Equal(2, objects.Count(o => (string)o["kind"]! == "Namespace"));
    }

    [KubeFact]
    public async Task The_server_accepts_the_pod_that_the_set_would_make_under_the_gateways_account()
    {
        var set = await fixture.Server.Admin.Get($"/apis/apps/v1/namespaces/{DeployedServer.Namespace}/statefulsets/gateway");
        var pod = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = "gateway-0", ["labels"] = set["spec"]!["template"]!["metadata"]!["labels"]!.DeepClone() },
            ["spec"] = set["spec"]!["template"]!["spec"]!.DeepClone(),
        };

        // The set's controller adds the volumes of its claims.
        pod["spec"]!["volumes"]!.AsArray().Add(new JsonObject { ["name"] = "data", ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = "data-gateway-0" } });

        var made = await fixture.Server.Admin.Create($"/api/v1/namespaces/{DeployedServer.Namespace}/pods?dryRun=All", pod);

        Assert.Equal("gateway", (string)made["spec"]!["serviceAccountName"]!);
        Assert.Equal(1_000_000_000, (int)made["spec"]!["priority"]!);
    }

    [KubeFact]
    public async Task The_gateway_runs_as_the_restricted_pod_standard_asks_with_a_read_only_root_and_probes()
    {
        var set = await fixture.Server.Admin.Get($"/apis/apps/v1/namespaces/{DeployedServer.Namespace}/statefulsets/gateway");
        var pod = set["spec"]!["template"]!["spec"]!;
        var container = Assert.Single(pod["containers"]!.AsArray())!;
        var security = container["securityContext"]!;

        Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!);
        Assert.Equal("RuntimeDefault", (string)pod["securityContext"]!["seccompProfile"]!["type"]!);
        Assert.True((bool)security["readOnlyRootFilesystem"]!);
        Assert.False((bool)security["allowPrivilegeEscalation"]!);
        Assert.Equal(["ALL"], security["capabilities"]!["drop"]!.AsArray().Select(c => (string)c!));
        Assert.All(["startupProbe", "livenessProbe", "readinessProbe"], probe => Assert.NotNull(container[probe]?["httpGet"]?["path"]));
        Assert.NotNull(container["resources"]!["requests"]!["memory"]);
        Assert.NotNull(container["resources"]!["limits"]!["memory"]);
        Assert.False((bool)pod["automountServiceAccountToken"]!);
        Assert.DoesNotContain(pod["volumes"]!.AsArray(), v => v!["hostPath"] is not null);
    }

    [KubeFact]
    public async Task No_rule_of_ours_has_a_wildcard_or_reaches_secrets_or_rights()
    {
        var rules = await Rules();

        Assert.NotEmpty(rules);
        Assert.All(rules, rule =>
        {
            Assert.DoesNotContain(rule.Verbs.Concat(rule.Resources).Concat(rule.Groups), word => word.Contains('*', StringComparison.Ordinal));
            Assert.DoesNotContain(rule.Resources, r => r is "secrets" or "serviceaccounts" or "serviceaccounts/token" or "pods/exec" or "pods/attach" or "pods/portforward" or "nodes/proxy");
            Assert.DoesNotContain(rule.Verbs, v => v is "impersonate" or "bind" or "escalate" or "deletecollection");
            Assert.DoesNotContain("rbac.authorization.k8s.io", rule.Groups);
        });
    }

    [KubeFact]
    public async Task What_the_gateways_account_is_not_given_is_forbidden()
    {
        (HttpMethod Method, string Path)[] attempts =
        [
            (HttpMethod.Get, "/api/v1/secrets"),
            (HttpMethod.Get, $"/api/v1/namespaces/{DeployedServer.Namespace}/secrets"),
            (HttpMethod.Get, "/api/v1/configmaps"),
            (HttpMethod.Post, "/api/v1/namespaces/default/pods"),
            (HttpMethod.Post, $"/api/v1/namespaces/{DeployedServer.Namespace}/pods"),
            (HttpMethod.Delete, "/api/v1/namespaces/default/pods"),
            (HttpMethod.Post, "/api/v1/nodes"),
            (HttpMethod.Delete, "/api/v1/nodes/any"),
            (HttpMethod.Post, $"/api/v1/namespaces/{DeployedServer.JobsNamespace}/pods/any/exec"),
            (HttpMethod.Put, "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/any"),
            (HttpMethod.Put, "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/any"),
            (HttpMethod.Post, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"),
            (HttpMethod.Post, $"/api/v1/namespaces/{DeployedServer.Namespace}/serviceaccounts/gateway/token"),
            (HttpMethod.Patch, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/podgroups.scheduling.x-k8s.io"),
        ];

        foreach (var (method, path) in attempts)
        {
            var body = method == HttpMethod.Get || method == HttpMethod.Delete ? null : new JsonObject();
            var answer = await fixture.Gateway.Send(method, path, body, method == HttpMethod.Patch ? KubeApi.MergePatch : null);
            Assert.True((int)answer.Status == 403, $"{method} {path}: {(int)answer.Status} {answer.Body}");
        }
    }

    /// <summary>The rules of all roles that were applied.</summary>
    private async Task<IReadOnlyList<Rule>> Rules()
    {
        List<JsonObject> roles = [];
        foreach (var name in new[] { "orleans-scheduler", "orleans-scheduler-jobs" })
        {
            roles.Add(await fixture.Server.Admin.Get("/apis/rbac.authorization.k8s.io/v1/clusterroles/" + name));
        }

        foreach (var space in new[] { DeployedServer.Namespace, DeployedServer.JobsNamespace })
        {
            roles.AddRange((await fixture.Server.Admin.List($"/apis/rbac.authorization.k8s.io/v1/namespaces/{space}/roles")).Items);
        }

        return [.. roles.SelectMany(r => r["rules"]!.AsArray()).Select(r => new Rule(Words(r!, "apiGroups"), Words(r!, "resources"), Words(r!, "verbs")))];
    }

    private static string[] Words(JsonNode rule, string name) => [.. rule[name]!.AsArray().Select(w => (string)w!)];

    private sealed record Rule(string[] Groups, string[] Resources, string[] Verbs);
}
