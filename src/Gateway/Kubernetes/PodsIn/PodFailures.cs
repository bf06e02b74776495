using System.Globalization;
using k8s.Models;
using Scheduling.Model;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>How a pod failed, as far as its status tells.</summary>
internal static class PodFailures
{
    private const int OutOfMemoryExit = 137;

    public static (string What, FailureClass Class) Of(V1Pod pod)
    {
        // Kubelet and controllers give a reason for the whole pod when it was not its containers that failed.
        if (pod.Status.Reason is { Length: > 0 } reason)
        {
            var isOfTheNode = reason is "Evicted" or "NodeLost" or "NodeShutdown" or "Terminated" or "Shutdown" or "Preempting" || reason.StartsWith("OutOf", StringComparison.Ordinal)
                || reason.Contains("Admission", StringComparison.Ordinal) || reason.StartsWith("NodeAffinity", StringComparison.Ordinal);
            return ($"{reason}: {pod.Status.Message}".TrimEnd(':', ' '), isOfTheNode ? FailureClass.Hardware : FailureClass.Application);
        }

        foreach (var container in (pod.Status.ContainerStatuses ?? []).Concat(pod.Status.InitContainerStatuses ?? []))
        {
            if (container.State?.Terminated is { ExitCode: not 0 } ended)
            {
                var what = string.Create(CultureInfo.InvariantCulture, $"container {container.Name} exit {ended.ExitCode}{(ended.Reason is { Length: > 0 } why ? $" ({why})" : "")}");
                return (what, ended.Reason == "OOMKilled" || ended.ExitCode == OutOfMemoryExit ? FailureClass.OutOfMemory : FailureClass.Application);
            }
        }

        return ("it failed, and its status does not say how", FailureClass.Application);
    }
}
