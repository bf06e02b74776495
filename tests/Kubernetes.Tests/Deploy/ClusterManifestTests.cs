using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.Deploy;

/// <summary>deploy/kubernetes/cluster, several silos and gateways, on a real API server.</summary>
public sealed class ClusterManifestTests(DeployedServer fixture) : IClassFixture<DeployedServer>
{
    [KubeFact]
    public async Task The_server_accepts_every_object_in_a_dry_run_and_no_secret_is_among_them()
    {
        var objects = await Objects();

        Assert.Equal(["Deployment/gateway", "StatefulSet/silo"], objects.Where(o => Kind(o) is "Deployment" or "StatefulSet").Select(o => $"{Kind(o)}/{NameOf(o)}").Order());
        Assert.DoesNotContain(objects, o => Kind(o) == "Secret");
        Assert.All(objects.Where(o => Kind(o) == "ConfigMap").SelectMany(o => o["data"]!.AsObject()), setting =>
        {
            Assert.DoesNotContain("Password=", setting.Value!.ToString(), StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("PRIVATE KEY", setting.Value!.ToString(), StringComparison.Ordinal);
        });
    }

    [KubeFact]
    public async Task The_server_accepts_the_pods_that_would_be_made()
    {
        await fixture.Server.Kubectl(["apply", "--server-side", "--validate=false", "-f", Path.Combine(KubeBinaries.Root, "deploy/kubernetes/cluster/accounts.yaml")]);
        foreach (var set in (await Objects()).Where(o => Kind(o) is "Deployment" or "StatefulSet"))
        {
            var pod = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Pod",
                ["metadata"] = new JsonObject { ["name"] = $"{NameOf(set)}-0", ["labels"] = set["spec"]!["template"]!["metadata"]!["labels"]!.DeepClone() },
                ["spec"] = set["spec"]!["template"]!["spec"]!.DeepClone(),
            };
            var made = await fixture.Server.Admin.Create($"/api/v1/namespaces/{DeployedServer.Namespace}/pods?dryRun=All", pod);

            Assert.Equal(NameOf(set), (string)made["spec"]!["serviceAccountName"]!);
            Assert.Equal(1_000_000_000, (int)made["spec"]!["priority"]!);
        }
    }

    [KubeFact]
    public async Task Silos_spread_over_machines_go_one_at_a_time_and_have_time_to_hand_over()
    {
        var objects = await Objects();
        var silo = Assert.Single(objects, o => Kind(o) == "StatefulSet")["spec"]!;
        var pod = silo["template"]!["spec"]!;
        var container = Assert.Single(pod["containers"]!.AsArray())!;
        var apart = pod["affinity"]!["podAntiAffinity"]!["requiredDuringSchedulingIgnoredDuringExecution"]![0]!;

        Assert.Equal("kubernetes.io/hostname", (string)apart["topologyKey"]!);
        Assert.Equal(1, (int)Assert.Single(objects, o => Kind(o) == "PodDisruptionBudget" && NameOf(o) == "silo")["spec"]!["maxUnavailable"]!);
        Assert.True((int)silo["replicas"]! >= 5);

        // Longer than the silo's own limit, which is longer than nothing.
        var stop = TimeSpan.Parse(Setting(container, "Silo__StopWithin"), System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(stop, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds((int)pod["terminationGracePeriodSeconds"]!) - TimeSpan.FromSeconds(5));
        Assert.All(["startupProbe", "livenessProbe", "readinessProbe"], probe => Assert.NotNull(container[probe]?["httpGet"]?["path"]));
    }

    [KubeFact]
    public async Task The_port_for_clients_is_open_to_gateways_the_port_of_silos_to_silos_and_the_probes_to_scrapers()
    {
        var policy = Assert.Single(await Objects(), o => Kind(o) == "NetworkPolicy" && NameOf(o) == "silo")["spec"]!;
        var rules = policy["ingress"]!.AsArray().Select(r => (
            From: Assert.Single(r!["from"]!.AsArray())! is var from && from["podSelector"] is { } pods ? (string)pods["matchLabels"]!["app.kubernetes.io/component"]! : "scrapers",
            Port: (string)Assert.Single(r["ports"]!.AsArray())!["port"]!));

        Assert.Equal([("gateway", "gateway"), ("scrapers", "health"), ("silo", "silo")], rules.Order());
        Assert.Equal(["Egress", "Ingress"], policy["policyTypes"]!.AsArray().Select(t => (string)t!).Order());
    }

    [KubeFact]
    public async Task Silos_and_gateways_run_as_the_restricted_pod_standard_asks_and_secrets_come_by_reference()
    {
        foreach (var set in (await Objects()).Where(o => Kind(o) is "Deployment" or "StatefulSet"))
        {
            var pod = set["spec"]!["template"]!["spec"]!;
            var container = Assert.Single(pod["containers"]!.AsArray())!;
            var security = container["securityContext"]!;

            Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!);
            Assert.Equal("RuntimeDefault", (string)pod["securityContext"]!["seccompProfile"]!["type"]!);
            Assert.True((bool)security["readOnlyRootFilesystem"]!);
            Assert.False((bool)security["allowPrivilegeEscalation"]!);
            Assert.Equal(["ALL"], security["capabilities"]!["drop"]!.AsArray().Select(c => (string)c!));
            Assert.False((bool)pod["automountServiceAccountToken"]!);
            Assert.NotNull(container["resources"]!["limits"]!["memory"]);
            Assert.DoesNotContain(pod["volumes"]!.AsArray(), v => v!["hostPath"] is not null);
            Assert.Equal(["store", $"{NameOf(set)}-tls"], pod["volumes"]!.AsArray().Select(v => (string?)v!["secret"]?["secretName"]).OfType<string>());
            Assert.DoesNotContain(container["env"]!.AsArray(), e => e!["value"]?.ToString().Contains("assword", StringComparison.Ordinal) == true);
        }
    }

    [KubeFact]
    public async Task On_Azure_Storage_alone_pods_show_their_identity_and_there_is_no_database_and_no_secret_of_the_store()
    {
        var manifests = await DeployedServer.Render("deploy/kubernetes/cluster-azure");
        Assert.DoesNotContain("postgres", manifests, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("5432", manifests, StringComparison.Ordinal);
        var objects = await Objects("deploy/kubernetes/cluster-azure");
        var settings = Assert.Single(objects, o => Kind(o) == "ConfigMap" && NameOf(o) == "cluster")["data"]!;
        Assert.Equal(("Azure", "Azure"), ((string)settings["Silo__Clustering"]!, (string)settings["Silo__Storage"]!));

        foreach (var set in objects.Where(o => Kind(o) is "Deployment" or "StatefulSet"))
        {
            var pod = set["spec"]!["template"]!;
            Assert.Equal("true", (string)pod["metadata"]!["labels"]!["azure.workload.identity/use"]!);
            Assert.Equal([$"{NameOf(set)}-tls"], pod["spec"]!["volumes"]!.AsArray().Select(v => (string?)v!["secret"]?["secretName"]).OfType<string>());
            var account = Assert.Single(objects, o => Kind(o) == "ServiceAccount" && NameOf(o) == (string)pod["spec"]!["serviceAccountName"]!);
            Assert.NotNull(account["metadata"]!["annotations"]!["azure.workload.identity/client-id"]);
            var egress = Assert.Single(objects, o => Kind(o) == "NetworkPolicy" && NameOf(o) == NameOf(set))["spec"]!["egress"]!.AsArray();
            Assert.Contains(443, egress.SelectMany(rule => rule!["ports"]!.AsArray()).Select(port => (int)port!["port"]!));
        }
    }

    private static string Kind(JsonObject o) => (string)o["kind"]!;

    private static string NameOf(JsonObject o) => (string)o["metadata"]!["name"]!;

    private static string Setting(JsonNode container, string name) => (string)container["env"]!.AsArray().Single(e => (string)e!["name"]! == name)!["value"]!;

    /// <summary>What of the manifests Kubernetes 1.20 lacks: a stateful set that waits between its pods.</summary>
    private async Task<IReadOnlyList<JsonObject>> Objects(string folder = "deploy/kubernetes/cluster")
    {
        var manifests = DeployedServer.ForThisServer(await DeployedServer.Render(folder));
        Assert.Contains("minReadySeconds: 10\n", manifests, StringComparison.Ordinal);
        return await fixture.DryRun(KubeBinaries.Minor < 22 ? manifests.Replace("  minReadySeconds: 10\n", "", StringComparison.Ordinal) : manifests);
    }
}
