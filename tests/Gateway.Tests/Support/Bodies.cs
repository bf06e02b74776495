using System.Text.Json.Nodes;

namespace Gateway.Tests.Support;

/// <summary>A valid submission, to be changed one thing at a time.</summary>
internal static class Bodies
{
    public static JsonNode Job(Action<JsonNode>? change = null)
    {
        var body = JsonNode.Parse(
            """
            { "name": "train-1", "roles": [ { "name": "worker", "count": 4, "cpuMilli": 8000, "memoryMiB": 65536, "gpus": 8 } ] }
            """)!;
        change?.Invoke(body);
        return body;
    }

    public static JsonNode Role(string name) =>
        JsonNode.Parse($$"""{ "name": "{{name}}", "count": 1, "cpuMilli": 1000, "memoryMiB": 1024, "gpus": 0 }""")!;

    /// <summary>A map of this many entries.</summary>
    public static JsonObject Map(int entries) => new(Enumerable.Range(0, entries).Select(i => KeyValuePair.Create<string, JsonNode?>($"key-{i}", "value")));
}
