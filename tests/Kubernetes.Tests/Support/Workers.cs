using System.Text.Json.Nodes;
using KubeKit;

namespace KubeTests.Support;

/// <summary>The pods of a job as the API server has them.</summary>
internal static class Workers
{
    public static async Task<List<JsonObject>> Of(KubeServer server, string space, string job) =>
        (await server.Admin.List($"/api/v1/namespaces/{space}/pods?labelSelector=orleans.scheduler/job={job}")).Items;

    public static int Rank(JsonObject pod) => int.Parse((string)pod["metadata"]!["labels"]!["orleans.scheduler/rank"]!, System.Globalization.CultureInfo.InvariantCulture);

    public static string Uid(JsonObject pod) => (string)pod["metadata"]!["uid"]!;

    public static string Name(JsonObject pod) => (string)pod["metadata"]!["name"]!;

    public static string? Variable(JsonObject pod, string name) =>
        (string?)pod["spec"]!["containers"]![0]!["env"]!.AsArray().FirstOrDefault(e => (string?)e!["name"] == name)?["value"];

    /// <summary>Has the fake kubelet end a pod.</summary>
    public static Task End(KubeServer server, string space, JsonObject pod, int exitCode = 0) => server.Admin.Patch(
        $"/api/v1/namespaces/{space}/pods/{Name(pod)}",
        new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["annotations"] = new JsonObject { [FakeKubelet.RunMilliseconds] = "1", [FakeKubelet.ExitCode] = exitCode.ToString(System.Globalization.CultureInfo.InvariantCulture) },
            },
        });
}
