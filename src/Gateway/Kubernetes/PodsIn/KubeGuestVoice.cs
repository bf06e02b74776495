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

    public Task Condition(GroupRef group, GroupCondition condition, CancellationToken cancellationToken)
    {
        // Applied, not patched: of its conditions, which others write too, only this one is ours.
        var apply = new JsonObject
        {
            ["apiVersion"] = group.ApiVersion,
            ["kind"] = group.Kind,
            ["metadata"] = new JsonObject { ["name"] = group.Name, ["namespace"] = group.Namespace, ["uid"] = group.Uid },
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = "PodGroupScheduled", ["status"] = condition.IsScheduled ? "True" : "False", ["reason"] = condition.Reason, ["message"] = condition.Message,
                    ["lastTransitionTime"] = Text(condition.Since),
                }),
            },
        };
        var slash = group.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        var body = new V1Patch(apply.ToJsonString(), V1Patch.PatchType.ApplyPatch);
        return api.Write(
            (client, token) => client.CustomObjects.PatchNamespacedCustomObjectStatusAsync<JsonElement>(
                body, group.ApiVersion[..slash], group.ApiVersion[(slash + 1)..], group.Namespace, "podgroups", group.Name, fieldManager: KubernetesKeys.FieldManager, force: true, cancellationToken: token),
            cancellationToken);
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
