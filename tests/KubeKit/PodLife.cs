using System.Globalization;
using System.Text.Json.Nodes;

namespace KubeKit;

/// <summary>What a kubelet has to do next for a pod.</summary>
internal enum PodStep
{
    Nothing,
    Start,
    End,
    Remove,
}

/// <summary>A bound pod as its kubelet sees it.</summary>
internal sealed class PodLife
{
    private readonly JsonObject _pod;
    private readonly string[] _containers;

    public PodLife(string node, JsonObject pod)
    {
        Node = node;
        _pod = pod;
        _containers = [.. pod["spec"]!["containers"]!.AsArray().Select(c => (string)c!["name"]!)];
        Step = Next();
    }

    public string Node { get; }

    public string Uid => (string)_pod["metadata"]!["uid"]!;

    public PodStep Step { get; }

    /// <summary>How long until the next step is due.</summary>
    public TimeSpan Wait => Step switch
    {
        PodStep.End => TimeSpan.FromMilliseconds(double.Parse(Annotation(FakeKubelet.RunMilliseconds)!, CultureInfo.InvariantCulture)),
        PodStep.Remove when Annotation(FakeKubelet.IgnoresTerm) == "true" => TimeSpan.FromSeconds((int?)_pod["metadata"]!["deletionGracePeriodSeconds"] ?? 0),
        _ => TimeSpan.Zero,
    };

    private static string Now => DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public JsonObject Running(int address)
    {
        var ip = $"10.{128 + (address / 65536 % 128)}.{address / 256 % 256}.{address % 256}";
        var statuses = _containers.Select(c => ContainerStatus(c, true, new JsonObject { ["running"] = new JsonObject { ["startedAt"] = Now } }));
        return Status("Running", "True", new JsonArray([.. statuses]), s =>
        {
            s["podIP"] = ip;
            s["podIPs"] = new JsonArray(new JsonObject { ["ip"] = ip });
            s["startTime"] = Now;
        });
    }

    public JsonObject Ended()
    {
        var code = int.Parse(Annotation(FakeKubelet.ExitCode) ?? "0", CultureInfo.InvariantCulture);
        var statuses = _containers.Select(c => ContainerStatus(c, false, new JsonObject
        {
            ["terminated"] = new JsonObject { ["exitCode"] = code, ["reason"] = code == 0 ? "Completed" : "Error", ["finishedAt"] = Now },
        }));
        return Status(code == 0 ? "Succeeded" : "Failed", "False", new JsonArray([.. statuses]));
    }

    private static JsonObject ContainerStatus(string name, bool ready, JsonObject state) => new()
    {
        ["name"] = name, ["image"] = "example.test/train:1", ["imageID"] = "", ["ready"] = ready, ["started"] = ready, ["restartCount"] = 0, ["state"] = state,
    };

    private JsonObject Status(string phase, string ready, JsonArray containers, Action<JsonObject>? more = null)
    {
        var conditions = new[] { ("Initialized", "True"), ("Ready", ready), ("ContainersReady", ready) }
            .Select(c => new JsonObject { ["type"] = c.Item1, ["status"] = c.Item2, ["lastTransitionTime"] = Now });
        var status = new JsonObject { ["phase"] = phase, ["conditions"] = new JsonArray([.. conditions]), ["containerStatuses"] = containers };
        more?.Invoke(status);
        return new JsonObject { ["metadata"] = new JsonObject { ["uid"] = Uid }, ["status"] = status };
    }

    private PodStep Next()
    {
        if (_pod["metadata"]!["deletionTimestamp"] is not null)
        {
            return PodStep.Remove;
        }

        return (string?)_pod["status"]?["phase"] switch
        {
            "Pending" or null => PodStep.Start,
            "Running" => Annotation(FakeKubelet.RunMilliseconds) is null ? PodStep.Nothing : PodStep.End,
            _ => PodStep.Nothing,
        };
    }

    private string? Annotation(string key) => (string?)_pod["metadata"]!["annotations"]?[key];
}
