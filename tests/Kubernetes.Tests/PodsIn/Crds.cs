using System.Net;
using System.Text.Json.Nodes;
using KubeKit;
using KubeTests.Support;

namespace KubeTests.PodsIn;

/// <summary>The kinds that users' manifests have, each with any fields: what is written into them is what the tests are about.</summary>
internal static class Crds
{
    private static readonly (string Group, string Version, string Plural, string Kind)[] All =
    [
        ("scheduling.x-k8s.io", "v1alpha1", "podgroups", "PodGroup"), ("scheduling.volcano.sh", "v1beta1", "podgroups", "PodGroup"), ("scheduling.run.ai", "v2alpha2", "podgroups", "PodGroup"),
        ("scheduling.k8s.io", "v1alpha2", "podgroups", "PodGroup"), ("jobset.x-k8s.io", "v1alpha2", "jobsets", "JobSet"), ("kubeflow.org", "v2beta1", "mpijobs", "MPIJob"),
        ("kubeflow.org", "v1", "pytorchjobs", "PyTorchJob"), ("ray.io", "v1", "rayclusters", "RayCluster"),
    ];

    public static async Task Create(KubeApi api)
    {
        foreach (var (group, version, plural, kind) in All)
        {
            // scheduling.k8s.io is the server's own on newer ones, and may not be extended on this one.
            if (!group.EndsWith(".k8s.io", StringComparison.Ordinal) || group.Contains("x-k8s", StringComparison.Ordinal))
            {
                await api.Create("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", Crd(group, version, plural, kind));
            }
        }

        foreach (var (group, version, plural, _) in All.Where(c => c.Group != "scheduling.k8s.io"))
        {
            await Eventually.True(async () => (await api.Send(HttpMethod.Get, $"/apis/{group}/{version}/{plural}")).Status == HttpStatusCode.OK, $"{plural}.{group} are served");
        }
    }

    public static string Path(string group, string version, string space, string plural) => $"/apis/{group}/{version}/namespaces/{space}/{plural}";

    private static JsonObject Crd(string group, string version, string plural, string kind) => JsonNode.Parse($$$"""
        {
          "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {
            "name": "{{{plural}}}.{{{group}}}", "annotations": {"api-approved.kubernetes.io": "unapproved, for tests"}
          },
          "spec": {
            "group": "{{{group}}}", "scope": "Namespaced", "names": {"plural": "{{{plural}}}", "singular": "{{{kind.ToLowerInvariant()}}}", "kind": "{{{kind}}}"},
            "versions": [{
              "name": "{{{version}}}", "served": true, "storage": true, "subresources": {"status": {}},
              "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}
            }]
          }
        }
        """)!.AsObject();
}
