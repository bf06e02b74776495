using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Kubernetes.Client;
using k8s;
using k8s.Models;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>A real cluster's users.</summary>
internal sealed class KubeGuestVoice(KubeApi api, GuestReader reader, string component) : IGuestVoice
{
    /// <summary>What the API takes for an event's message.</summary>
    private const int MaxMessage = 1024;

    private const string GroupScheduled = "PodGroupScheduled";

    public async Task<ClusterAnswer<GuestPod>> Say(GuestPod pod, PendingWord word, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var condition = new JsonObject
        {
            ["type"] = "PodScheduled", ["status"] = "False", ["reason"] = word.Reason, ["message"] = word.Message,
            ["lastTransitionTime"] = Text(now),
        };
        var status = new JsonObject { ["conditions"] = new JsonArray(condition) };
        if (word.Nominated != pod.Said?.Nominated)
        {
            status["nominatedNodeName"] = word.Nominated?.Value;
        }

        var patch = new JsonObject { ["metadata"] = new JsonObject { ["uid"] = pod.Uid }, ["status"] = status };
        var body = new V1Patch(patch.ToJsonString(), V1Patch.PatchType.StrategicMergePatch);
        return await api.Write((client, token) => client.CoreV1.PatchNamespacedPodStatusAsync(body, pod.Name, pod.Namespace, cancellationToken: token), cancellationToken) switch
        {
            ClusterAnswer<V1Pod>.Done done when reader.Read(done.Value) is { } guest => new ClusterAnswer<GuestPod>.Done(guest),
            ClusterAnswer<V1Pod>.Throttled throttled => new ClusterAnswer<GuestPod>.Throttled(throttled.RetryAfter),
            var other => new ClusterAnswer<GuestPod>.Unknown(other.ToString()),
        };
    }

    public Task Event(GroupRef about, string type, string reason, string message, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var body = new Corev1Event
        {
            Metadata = new V1ObjectMeta { GenerateName = about.Name + ".", NamespaceProperty = about.Namespace },
            InvolvedObject = new V1ObjectReference { ApiVersion = about.ApiVersion, Kind = about.Kind, NamespaceProperty = about.Namespace, Name = about.Name, Uid = about.Uid },
            Type = type,
            Reason = reason,
            Message = message.Length <= MaxMessage ? message : message[..(MaxMessage - 1)] + "…",
            Source = new V1EventSource { Component = component },
            FirstTimestamp = now.UtcDateTime,
            LastTimestamp = now.UtcDateTime,
            Count = 1,
        };
        return api.Write((client, token) => client.CoreV1.CreateNamespacedEventAsync(body, about.Namespace, cancellationToken: token), cancellationToken);
    }

    public async Task Condition(GroupRef group, GroupCondition condition, CancellationToken cancellationToken)
    {
        var slash = group.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        var (domain, version) = (group.ApiVersion[..slash], group.ApiVersion[(slash + 1)..]);
        var read = await api.Read(
            (client, token) => client.CustomObjects.GetNamespacedCustomObjectAsync<JsonElement>(domain, version, group.Namespace, "podgroups", group.Name, token), cancellationToken);
        if (read is not ClusterAnswer<JsonElement>.Done { Value: var found } || JsonObject.Create(found) is not { } present || (string?)present["metadata"]?["uid"] != group.Uid)
        {
            return;
        }

        // Others write conditions too, and a patch has all or none of them: so it is made of this very version.
        var conditions = new JsonArray([.. (present["status"]?["conditions"]?.AsArray() ?? []).Where(c => (string?)c!["type"] != GroupScheduled).Select(c => c!.DeepClone())])
        {
            new JsonObject
            {
                ["type"] = GroupScheduled, ["status"] = condition.IsScheduled ? "True" : "False", ["reason"] = condition.Reason, ["message"] = condition.Message,
                ["lastTransitionTime"] = Text(condition.Since),
            },
        };
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = group.Uid, ["resourceVersion"] = (string?)present["metadata"]!["resourceVersion"] },
            ["status"] = new JsonObject { ["conditions"] = conditions },
        };
        var body = new V1Patch(patch.ToJsonString(), V1Patch.PatchType.MergePatch);
        var written = await api.Write(
            (client, token) => client.CustomObjects.PatchNamespacedCustomObjectStatusAsync<JsonElement>(body, domain, version, group.Namespace, "podgroups", group.Name, cancellationToken: token),
            cancellationToken);
        if (written is ClusterAnswer<JsonElement>.Conflict or ClusterAnswer<JsonElement>.Unknown or ClusterAnswer<JsonElement>.Throttled)
        {
            throw new ClusterCallException($"{group.Kind} {group.Name} was not told: {written}");
        }
    }

    public Task Status(GroupRef group, GroupStatus status, CancellationToken cancellationToken)
    {
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = group.Uid },
            ["status"] = new JsonObject
            {
                ["phase"] = status.Phase, ["occupiedBy"] = status.OccupiedBy, ["scheduled"] = status.Scheduled, ["running"] = status.Running, ["succeeded"] = status.Succeeded,
                ["failed"] = status.Failed,
            },
        };
        var slash = group.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        var body = new V1Patch(patch.ToJsonString(), V1Patch.PatchType.MergePatch);
        return api.Write(
            (client, token) => client.CustomObjects.PatchNamespacedCustomObjectStatusAsync<JsonElement>(
                body, group.ApiVersion[..slash], group.ApiVersion[(slash + 1)..], group.Namespace, "podgroups", group.Name, cancellationToken: token),
            cancellationToken);
    }

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
