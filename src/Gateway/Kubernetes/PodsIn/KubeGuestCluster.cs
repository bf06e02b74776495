using System.Globalization;
using System.Text.Json;
using Gateway.Kubernetes.Client;
using k8s;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>A real cluster's guests.</summary>
internal sealed class KubeGuestCluster(KubeApi api, PodBinder binder, GuestReader reader, IBindingEcho echo) : IGuestCluster
{
    public string Name => api.Name;

    public ValueTask<bool> CanGiveUp(CancellationToken cancellationToken) => api.HonoursPreconditionsOfBindings(cancellationToken);

    public async Task<ClusterAnswer<GuestPod>> Read(string space, string name, CancellationToken cancellationToken) => Guest(await api.ReadPod(space, name, cancellationToken));

    public async Task<ClusterAnswer<GuestPod>> Bind(GuestPod pod, NodeId node, AttemptId attempt, long epoch, CancellationToken cancellationToken)
    {
        var annotations = new Dictionary<string, string> { [PodKeys.BoundFor] = attempt.ToString(), [PodKeys.Epoch] = Text(epoch) };
        var bound = await binder.Bind(pod.Namespace, pod.Name, pod.Uid, pod.Version, node.Value, annotations, cancellationToken, echo);
        return bound is ClusterAnswer<V1Pod?>.Done { Value: { } read }
            ? Guest(new ClusterAnswer<V1Pod>.Done(read))
            // The version is not told; what the watch shows next is newer in any case.
            : bound.Map(_ => pod with { Node = node, BoundFor = attempt, Epoch = epoch });
    }

    public Task<ClusterAnswer<GuestPod>> GiveUp(GuestPod pod, AttemptId attempt, long epoch, CancellationToken cancellationToken) =>
        Annotate(pod, epoch, PodKeys.GivenUp, attempt.ToString(), cancellationToken);

    public Task<ClusterAnswer<GuestPod>> Mark(GuestPod pod, DateTimeOffset? checkpointBy, long epoch, CancellationToken cancellationToken) =>
        Annotate(pod, epoch, PodKeys.CheckpointBy, checkpointBy?.ToString("O", CultureInfo.InvariantCulture), cancellationToken);

    public async Task<ClusterAnswer<GuestPod>> Delete(GuestPod pod, CancellationToken cancellationToken)
    {
        // Only if it is this very pod; what else changed about it does not matter to a pod that has to go.
        var body = new V1DeleteOptions { Preconditions = new V1Preconditions { Uid = pod.Uid } };
        return await api.Write((client, token) => client.CoreV1.DeleteNamespacedPodAsync(pod.Name, pod.Namespace, body, cancellationToken: token), cancellationToken) switch
        {
            ClusterAnswer<V1Pod>.Done => new ClusterAnswer<GuestPod>.Done(pod with { IsLeaving = true }),
            var other => Guest(other),
        };
    }

    public Task<ClusterAnswer<JsonElement>> ReadObject(string apiVersion, string plural, string space, string name, CancellationToken cancellationToken)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return api.Read(
            (client, token) => client.CustomObjects.GetNamespacedCustomObjectAsync<JsonElement>(apiVersion[..slash], apiVersion[(slash + 1)..], space, plural, name, token), cancellationToken);
    }

    private async Task<ClusterAnswer<GuestPod>> Annotate(GuestPod pod, long epoch, string key, string? value, CancellationToken cancellationToken)
    {
        var annotations = new PodAnnotations { [key] = value, [PodKeys.Epoch] = Text(epoch) };
        var body = new V1Patch(annotations.Patch(new PodRef(pod.Name, pod.Uid, pod.Version, pod.Namespace)), V1Patch.PatchType.MergePatch);
        return Guest(await api.Write((client, token) => client.CoreV1.PatchNamespacedPodAsync(body, pod.Name, pod.Namespace, cancellationToken: token), cancellationToken));
    }

    private ClusterAnswer<GuestPod> Guest(ClusterAnswer<V1Pod> answer)
    {
        // What is no guest of ours (any more) is not there for us.
        var guest = answer.Map(pod => reader.Read(pod)!);
        return guest is ClusterAnswer<GuestPod>.Done { Value: null } ? new ClusterAnswer<GuestPod>.NotFound() : guest;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
