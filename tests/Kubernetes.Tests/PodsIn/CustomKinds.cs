using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.PodsIn;

/// <summary>Objects of the kinds that operators define, on the real server, which checks them against their schemas.</summary>
internal static class CustomKinds
{
    private static readonly string[] Names =
    [
        "podgroups.scheduling.x-k8s.io", "podgroups.upstream.example.test", "podgroups.scheduling.volcano.sh", "podgroups.scheduling.run.ai", "jobsets.jobset.x-k8s.io", "pytorchjobs.kubeflow.org",
        "mpijobs.kubeflow.org", "trainjobs.trainer.kubeflow.org", "rayclusters.ray.io",
    ];

    /// <summary>Defines them all, and waits until the server serves them.</summary>
    public static async Task Define(KubeServer server)
    {
        await server.Kubectl(["apply", "--server-side", "--validate=false", "-f", "-"], input: await DeployedServer.Render("deploy/kubernetes/crds"));
        await server.Kubectl(["apply", "--server-side", "--validate=false", "-f", Path.Combine(KubeBinaries.Root, "tests/Kubernetes.Tests/PodsIn/crds.yaml")]);
        foreach (var name in Names)
        {
            var kind = await Eventually.Get(
                () => server.Admin.Get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/" + name), k => Is(k, "Established") && Is(k, "NamesAccepted"), $"{name} is defined");
            var version = (string)kind["spec"]!["versions"]![0]!["name"]!;
            await Eventually.True(async () => await server.Admin.Find($"/apis/{(string)kind["spec"]!["group"]!}/{version}/{(string)kind["spec"]!["names"]!["plural"]!}") is not null, $"{name} is served");
        }
    }

    public static Task<JsonObject> Create(KubeApi api, string apiVersion, string kind, string plural, string space, string name, JsonObject spec) => api.Create(
        $"/apis/{apiVersion}/namespaces/{space}/{plural}",
        new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name }, ["spec"] = spec });

    private static bool Is(JsonObject kind, string condition) =>
        kind["status"]?["conditions"]?.AsArray().Any(c => (string?)c!["type"] == condition && (string?)c["status"] == "True") == true;
}
