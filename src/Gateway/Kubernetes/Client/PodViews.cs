using System.Globalization;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.Client;

/// <summary>From pods to what we make of those that are ours, and back.</summary>
internal static class PodViews
{
    /// <summary>Null for a pod that does not say, whole and legibly, which worker it is.</summary>
    public static PodView? Of(V1Pod pod)
    {
        var meta = pod.Metadata;
        if (meta.Labels is not { } labels || !labels.TryGetValue(PodMarks.Job, out var job) || pod.GetAnnotation(PodMarks.PlannedNode) is not { } planned
            || Number(labels, PodMarks.Attempt) is not { } attempt || Number(labels, PodMarks.Rank) is not { } rank)
        {
            return null;
        }

        var phase = PhaseOf(pod);
        var (failure, failureClass) = phase == PodPhase.Failed ? FailureOf(pod) : (null, default);
        return new PodView
        {
            Name = meta.Name,
            Namespace = meta.NamespaceProperty,
            Uid = meta.Uid,
            Version = meta.ResourceVersion,
            Attempt = new AttemptId(new JobId(job), attempt),
            Rank = rank,
            Incarnation = Number(labels, PodMarks.Incarnation) ?? 0,
            PlannedNode = new NodeId(planned),
            Epoch = long.TryParse(pod.GetAnnotation(PodMarks.Epoch), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) ? epoch : 0,

            // One string for both: there are a hundred thousand of these.
            Node = pod.Spec?.NodeName is { Length: > 0 } node ? new NodeId(node == planned ? planned : node) : null,
            Phase = phase,
            IsLeaving = meta.DeletionTimestamp is not null,
            Failure = failure,
            FailureClass = failureClass,
            Stuck = phase == PodPhase.Waiting ? StuckBecause(pod) : null,
            CheckpointBy = Time(pod, PodMarks.CheckpointBy),
            CheckpointedAt = Time(pod, PodMarks.CheckpointedAt),
        };
    }

    /// <summary>Puts onto a pod's body what makes it ours: it wins over whatever stood there.</summary>
    public static V1Pod Mark(V1Pod body, PodOrder order, string @namespace, string scheduler)
    {
        body.Metadata ??= new V1ObjectMeta();
        body.Metadata.Name = order.Name;
        body.Metadata.NamespaceProperty = @namespace;
        var labels = body.Metadata.EnsureLabels();
        labels[PodMarks.Job] = order.Attempt.Job.Value;
        labels[PodMarks.Attempt] = order.Attempt.Number.ToString(CultureInfo.InvariantCulture);
        labels[PodMarks.Rank] = order.Worker.Rank.ToString(CultureInfo.InvariantCulture);
        if (order.Incarnation > 0)
        {
            labels[PodMarks.Incarnation] = order.Incarnation.ToString(CultureInfo.InvariantCulture);
        }

        var annotations = body.Metadata.EnsureAnnotations();
        annotations[PodMarks.Epoch] = order.Epoch.ToString(CultureInfo.InvariantCulture);
        annotations[PodMarks.PlannedNode] = order.PlannedNode.Value;
        body.Spec ??= new V1PodSpec();
        body.Spec.SchedulerName = scheduler;
        body.Spec.NodeName = null;
        return body;
    }

    /// <summary>What kubelets say of containers that will not start until somebody mends something.</summary>
    private static string? StuckBecause(V1Pod pod)
    {
        foreach (var container in (pod.Status?.InitContainerStatuses ?? []).Concat(pod.Status?.ContainerStatuses ?? []))
        {
            if (container.State?.Waiting is { Reason: "ErrImagePull" or "ImagePullBackOff" or "InvalidImageName" or "ErrImageNeverPull" or "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" } waiting)
            {
                return waiting.Message is { Length: > 0 } message ? $"{waiting.Reason}: {message}" : waiting.Reason;
            }
        }

        return null;
    }

    private static PodPhase PhaseOf(V1Pod pod) => pod.Status?.Phase switch
    {
        "Succeeded" => PodPhase.Succeeded,
        "Failed" => PodPhase.Failed,

        // Unknown: its node is silent. What ran, is taken to run.
        "Running" or "Unknown" => PodPhase.Running,
        _ => PodPhase.Waiting,
    };

    /// <summary>The container that failed first says it best; if none ran, the pod's own reason, and then its node would not or could not have it.</summary>
    private static (string What, FailureClass Class) FailureOf(V1Pod pod)
    {
        var ended = (pod.Status.InitContainerStatuses ?? []).Concat(pod.Status.ContainerStatuses ?? [])
            .Where(c => c.State?.Terminated is { ExitCode: not 0 })
            .MinBy(c => c.State.Terminated.FinishedAt ?? DateTime.MaxValue);
        if (pod.Status.Reason is { Length: > 0 } reason)
        {
            var what = pod.Status.Message is { Length: > 0 } message ? $"{reason}: {message}" : reason;
            return (what, ClassOf(reason, pod.Status.Message));
        }

        return ended is null ? ("it failed and does not say why", FailureClass.Application)
            : ended.State.Terminated.Reason == "OOMKilled" ? ($"{ended.Name}: out of memory", FailureClass.OutOfMemory)
            : ended.State.Terminated.Reason is "ContainerCannotRun" or "StartError" or "CreateContainerError"
                ? ($"{ended.Name}: {ended.State.Terminated.Reason}: {ended.State.Terminated.Message}", FailureClass.Setup)
            : ($"{ended.Name}: exit {ended.State.Terminated.ExitCode}{Detail(ended.State.Terminated.Message)}", FailureClass.Application);
    }

    private static string Detail(string? message) => message is { Length: > 0 } ? $": {message.Trim()}" : "";

    /// <summary>Evicted for its own use of memory or disk; the rest is the node's doing.</summary>
    private static FailureClass ClassOf(string reason, string? message) => reason switch
    {
        "OOMKilled" => FailureClass.OutOfMemory,
        "Evicted" when message?.Contains("memory", StringComparison.OrdinalIgnoreCase) == true => FailureClass.OutOfMemory,
        "Evicted" => FailureClass.Application,
        "DeadlineExceeded" => FailureClass.Application,
        _ => FailureClass.Hardware,
    };

    private static int? Number(IDictionary<string, string> labels, string key) =>
        labels.TryGetValue(key, out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Time(V1Pod pod, string key) =>
        pod.GetAnnotation(key) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
