using System.Globalization;
using System.Text.Json.Nodes;

namespace KubeKit;

/// <summary>Manifests of pods for tests.</summary>
public static class FakePods
{
    /// <summary>A pod with one container that asks for GPUs.</summary>
    public static JsonObject Gpu(string name, string schedulerName, int gpus = 1, IReadOnlyDictionary<string, string>? labels = null, IReadOnlyDictionary<string, string>? annotations = null)
    {
        var metadata = new JsonObject { ["name"] = name };
        if (labels is not null)
        {
            metadata["labels"] = Map(labels);
        }

        if (annotations is not null)
        {
            metadata["annotations"] = Map(annotations);
        }

        var resources = new JsonObject { ["cpu"] = "1", ["memory"] = "1Gi" };
        if (gpus > 0)
        {
            resources["nvidia.com/gpu"] = gpus.ToString(CultureInfo.InvariantCulture);
        }

        var container = new JsonObject { ["name"] = "main", ["image"] = "example.test/train:1", ["resources"] = new JsonObject { ["requests"] = resources, ["limits"] = resources.DeepClone() } };
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject
            {
                ["schedulerName"] = schedulerName,
                ["restartPolicy"] = "Never",
                ["terminationGracePeriodSeconds"] = 5,
                ["automountServiceAccountToken"] = false,
                ["containers"] = new JsonArray(container),
            },
        };
    }

    /// <summary>The node a pod is bound to; null while it is not.</summary>
    public static string? NodeOf(JsonObject pod) => (string?)pod["spec"]!["nodeName"];

    public static string NameOf(JsonObject pod) => (string)pod["metadata"]!["name"]!;

    public static string? PhaseOf(JsonObject pod) => (string?)pod["status"]?["phase"];

    private static JsonObject Map(IReadOnlyDictionary<string, string> values) => new(values.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value)));
}
