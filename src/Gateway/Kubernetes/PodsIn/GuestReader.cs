using System.Globalization;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What a pod's manifest and status say, in our words. Pure.</summary>
/// <param name="ignoredLabels">Beginnings of labels of nodes that are not kept, of which a pod's affinity cannot speak.</param>
internal sealed class GuestReader(PodsInOptions options, IEnumerable<string> ignoredLabels)
{
    private readonly AskReader _asks = new(options, ignoredLabels);
    private readonly HashSet<string> _names = new(options.Names, StringComparer.Ordinal);

    /// <summary>Null: the pod names another scheduler, or was made by us, and is none of our business.</summary>
    public GuestPod? Read(V1Pod pod)
    {
        // What we made ourselves is no guest.
        if (pod.Spec?.SchedulerName is not { } scheduler || !_names.Contains(scheduler) || pod.Metadata.Labels?.ContainsKey(PodMarks.Job) == true)
        {
            return null;
        }

        var meta = new PodMeta(pod.Metadata);
        var phase = PhaseOf(pod);
        var isWaiting = string.IsNullOrEmpty(pod.Spec.NodeName) && phase == PodPhase.Waiting;
        var gang = GangReader.KeyOf(pod, meta);
        var guest = new GuestPod
        {
            Namespace = pod.Metadata.NamespaceProperty,
            Name = pod.Metadata.Name,
            Uid = pod.Metadata.Uid,
            Version = pod.Metadata.ResourceVersion ?? "",
            CreatedAt = pod.Metadata.CreationTimestamp is { } created ? new DateTimeOffset(DateTime.SpecifyKind(created, DateTimeKind.Utc)) : default,
            Node = string.IsNullOrEmpty(pod.Spec.NodeName) ? null : new NodeId(pod.Spec.NodeName),
            Phase = phase,
            IsLeaving = pod.Metadata.DeletionTimestamp is not null,
            IsGated = pod.Spec.SchedulingGates is { Count: > 0 },
            Failure = phase == PodPhase.Failed ? PodFailures.Of(pod).What : null,
            FailureClass = phase == PodPhase.Failed ? PodFailures.Of(pod).Class : default,
            BoundFor = AttemptOf(meta.Annotation(PodKeys.BoundFor)),
            GivenUp = AttemptOf(meta.Annotation(PodKeys.GivenUp)),
            Epoch = long.TryParse(meta.Annotation(PodKeys.Epoch), CultureInfo.InvariantCulture, out var epoch) ? epoch : 0,
            CheckpointBy = TimeOf(meta.Annotation(PodKeys.CheckpointBy)),
            CheckpointedAt = TimeOf(meta.Annotation(PodKeys.CheckpointedAt)),
            Gang = gang,
            Owner = pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true) is { } owner
                ? new GroupRef(owner.ApiVersion, owner.Kind, pod.Metadata.NamespaceProperty, owner.Name, owner.Uid)
                : null,
        };

        // What is bound or over is past asking: most pods of a cluster are, and need not be kept at length.
        return isWaiting ? Ask(guest, pod, meta) : guest;
    }

    private GuestPod Ask(GuestPod guest, V1Pod pod, PodMeta meta)
    {
        List<string> refusals = [];
        var ask = _asks.Read(pod, meta, refusals);
        var says = guest.Gang is { } gang ? GangReader.FactsOf(gang, pod, meta, refusals) : null;
        return guest with
        {
            Ask = refusals.Count == 0 ? ask : null,
            Refusals = [.. refusals],
            Says = says,
            Said = pod.Status?.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" }) is { } said
                ? new PendingWord(said.Reason ?? "", said.Message ?? "", pod.Status.NominatedNodeName is { Length: > 0 } nominated ? new NodeId(nominated) : null)
                : null,
        };
    }

    private static PodPhase PhaseOf(V1Pod pod) => pod.Status?.Phase switch
    {
        "Running" => PodPhase.Running,
        "Succeeded" => PodPhase.Succeeded,
        "Failed" => PodPhase.Failed,
        _ => PodPhase.Waiting,
    };

    /// <summary>Of "job/number".</summary>
    private static AttemptId? AttemptOf(string? text) =>
        text?.IndexOf('/') is > 0 and var slash && int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
            ? new AttemptId(new JobId(text[..slash]), attempt)
            : null;

    private static DateTimeOffset? TimeOf(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
