using System.Text.Json.Nodes;

namespace KubeKit;

/// <summary>What the API server wrote down of every request.</summary>
public sealed class AuditLog(string file)
{
    /// <summary>In the order in which they were answered.</summary>
    public IReadOnlyList<AuditEntry> Read()
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.EndsWith('}')).Select(line => Entry(JsonNode.Parse(line)!))];
    }

    private static AuditEntry Entry(JsonNode line)
    {
        var target = line["objectRef"];
        var resource = (string?)target?["resource"] ?? "";
        return new AuditEntry(
            (string)line["user"]!["username"]!,
            (string)line["verb"]!,
            (string?)target?["apiGroup"] ?? "",
            (string?)target?["subresource"] is { } sub ? $"{resource}/{sub}" : resource,
            (string?)target?["namespace"] ?? "",
            (string?)target?["name"] ?? "",
            (string)line["requestURI"]!,
            (int?)line["responseStatus"]?["code"] ?? 0);
    }
}

/// <summary>A request and its answer.</summary>
public sealed record AuditEntry(string User, string Verb, string Group, string Resource, string Namespace, string Name, string Uri, int Code);
