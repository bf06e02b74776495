using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KubeKit;

/// <summary>etcd's own compaction, through its JSON gateway.</summary>
internal static class EtcdCompaction
{
    public static async Task Run(Uri etcd)
    {
        using var client = new HttpClient { BaseAddress = etcd };
        var status = await Post("/v3/maintenance/status", new JsonObject());
        var revision = long.Parse(status["header"]!["revision"]!.GetValue<string>(), CultureInfo.InvariantCulture);
        await Post("/v3/kv/compaction", new JsonObject { ["revision"] = revision, ["physical"] = true });

        async Task<JsonNode> Post(string path, JsonNode body)
        {
            using var answer = await client.PostAsJsonAsync(path, body);
            var text = await answer.Content.ReadAsStringAsync();
            return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new HttpRequestException($"etcd {path}: {(int)answer.StatusCode} {text}");
        }
    }
}
