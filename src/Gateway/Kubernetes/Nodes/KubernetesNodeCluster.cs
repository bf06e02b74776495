using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Kubernetes.Client;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Gateway.Kubernetes.Nodes;

/// <summary>Taints and evictions through a cluster's API.</summary>
internal sealed class KubernetesNodeCluster(KubeApi api) : INodeCluster
{
    /// <summary>Servers from 1.22 on take evictions of policy/v1, older ones only of policy/v1beta1.</summary>
    private const string PolicyV1 = "policy/v1";
    private const string PolicyV1Beta1 = "policy/v1beta1";

    private volatile string _evictionVersion = PolicyV1;

    public async Task<ClusterAnswer<NodeObject>> SetTaints(NodeObject asRead, ImmutableArray<NodeTaint> wanted, long epoch, CancellationToken cancellationToken)
    {
        var patch = new V1Patch(Patch(asRead, wanted, epoch).ToJsonString(), V1Patch.PatchType.JsonPatch);
        var answer = await api.Write((client, token) => client.CoreV1.PatchNodeAsync(patch, asRead.Name.Value, fieldManager: KubernetesKeys.FieldManager, cancellationToken: token), cancellationToken);
        return answer switch
        {
            ClusterAnswer<V1Node>.Done done => new ClusterAnswer<NodeObject>.Done(NodeConverter.ToNode(done.Value)),
            ClusterAnswer<V1Node>.NotFound => new ClusterAnswer<NodeObject>.NotFound(),
            ClusterAnswer<V1Node>.Conflict conflict => new ClusterAnswer<NodeObject>.Conflict(conflict.Why),
            ClusterAnswer<V1Node>.Throttled throttled => new ClusterAnswer<NodeObject>.Throttled(throttled.RetryAfter),
            ClusterAnswer<V1Node>.Refused refused => new ClusterAnswer<NodeObject>.Refused(refused.Why),
            _ => new ClusterAnswer<NodeObject>.Unknown(((ClusterAnswer<V1Node>.Unknown)answer).Why),
        };
    }

    public async Task<EvictionAnswer> Evict(NodePod pod, CancellationToken cancellationToken)
    {
        var version = _evictionVersion;
        var answer = await Evict(pod, version, cancellationToken);
        if (answer is not EvictionAnswer.Failed { Why: var why } || !why.Contains("no kind \"Eviction\"", StringComparison.Ordinal))
        {
            return answer;
        }

        // It does not know this version, and has done nothing. Version numbers tell less: some builds have none.
        var other = version == PolicyV1 ? PolicyV1Beta1 : PolicyV1;
        var second = await Evict(pod, other, cancellationToken);
        _evictionVersion = other;
        return second;
    }

    private async Task<EvictionAnswer> Evict(NodePod pod, string version, CancellationToken cancellationToken)
    {
        var eviction = new V1Eviction
        {
            ApiVersion = version,
            Kind = V1Eviction.KubeKind,
            Metadata = new V1ObjectMeta { Name = pod.Name, NamespaceProperty = pod.Namespace },
            DeleteOptions = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = pod.Uid } },
        };
        var answer = await api.Write(async (client, token) =>
        {
            try
            {
                await client.CoreV1.CreateNamespacedPodEvictionAsync(eviction, pod.Name, pod.Namespace, cancellationToken: token);
                return (EvictionAnswer)EvictionAnswer.Leaves.Instance;
            }
            catch (HttpOperationException e) when (e.Response is { StatusCode: HttpStatusCode.TooManyRequests } response && BudgetOf(response) is { } budget)
            {
                return new EvictionAnswer.NotNow(budget);
            }
        }, cancellationToken);
        return answer switch
        {
            ClusterAnswer<EvictionAnswer>.Done done => done.Value,

            // Of another pod of that name, or gone: this one has left.
            ClusterAnswer<EvictionAnswer>.NotFound or ClusterAnswer<EvictionAnswer>.Conflict => EvictionAnswer.Leaves.Instance,
            ClusterAnswer<EvictionAnswer>.Throttled throttled => new EvictionAnswer.Failed("the API server wants fewer calls", throttled.RetryAfter),
            ClusterAnswer<EvictionAnswer>.Refused refused => new EvictionAnswer.Failed(refused.Why),
            _ => new EvictionAnswer.Failed(((ClusterAnswer<EvictionAnswer>.Unknown)answer).Why),
        };
    }

    /// <summary>
    /// Ours are taken out and put in one by one, for taints have no key to merge by and those of others have times of their own. The version is
    /// written too: so a node that changed meanwhile is a conflict, and no place in the list can be another's.
    /// </summary>
    internal static JsonArray Patch(NodeObject node, ImmutableArray<NodeTaint> wanted, long epoch)
    {
        var patch = new JsonArray { Op("replace", "/metadata/resourceVersion", node.Version) };
        var stamp = epoch.ToString(CultureInfo.InvariantCulture);
        patch.Add(node.HasAnnotations
            ? Op("add", $"/metadata/annotations/{KubernetesKeys.Epoch.Replace("/", "~1", StringComparison.Ordinal)}", stamp)
            : Op("add", "/metadata/annotations", new JsonObject { [KubernetesKeys.Epoch] = stamp }));
        for (var i = node.Taints.Length - 1; i >= 0; i--)
        {
            if (OurTaints.IsOurs(node.Taints[i]) && !wanted.Contains(node.Taints[i]))
            {
                patch.Add(Op("remove", string.Create(CultureInfo.InvariantCulture, $"/spec/taints/{i}"), null));
            }
        }

        var more = wanted.Where(w => !node.Taints.Contains(w)).Select(ToJson).ToArray();
        if (node.Taints.IsEmpty && more.Length > 0)
        {
            patch.Add(Op("add", "/spec/taints", new JsonArray(more)));
        }
        else
        {
            foreach (var taint in more)
            {
                patch.Add(Op("add", "/spec/taints/-", taint));
            }
        }

        return patch;
    }

    private static JsonObject Op(string op, string path, JsonNode? value)
    {
        var made = new JsonObject { ["op"] = op, ["path"] = path };
        if (value is not null)
        {
            made["value"] = value;
        }

        return made;
    }

    private static JsonNode ToJson(NodeTaint taint) => new JsonObject { ["key"] = taint.Key, ["value"] = taint.Value, ["effect"] = taint.Effect };

    /// <summary>What the budget that forbids it says; null: the server itself wants fewer calls.</summary>
    private static string? BudgetOf(HttpResponseMessageWrapper response)
    {
        try
        {
            var status = response.Content is ['{', ..] content ? KubernetesJson.Deserialize<V1Status>(content) : null;
            return status?.Details?.Causes?.FirstOrDefault(c => c.Reason == "DisruptionBudget") is { } cause ? cause.Message ?? status.Message : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
