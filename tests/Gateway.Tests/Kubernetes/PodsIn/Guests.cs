using System.Collections.Immutable;
using System.Globalization;
using Gateway.Kubernetes;
using Gateway.Kubernetes.PodsIn;
using Scheduling.Model;

namespace Gateway.Tests.Kubernetes.PodsIn;

/// <summary>Pods that somebody else made.</summary>
internal static class Guests
{
    public static readonly WorkerShape OneGpu = new() { CpuMilli = 1000, MemoryMiB = 1024, Gpus = 1 };

    public static GangKey Group(string name, GangKind kind = GangKind.PodGroup) => new(kind, "team-a", name);

    public static GangFacts Facts(int min, string uid = "group-uid") => new() { Min = min, Uid = uid };

    public static GuestPod Pod(string name, GangKey? gang = null, int? index = null, WorkerShape? shape = null, string role = "pod") => new()
    {
        Namespace = "team-a",
        Name = name,
        Uid = "uid-" + name,
        Version = "1",
        Gang = gang,
        Ask = new GuestAsk { Shape = shape ?? OneGpu, Index = index ?? long.MaxValue, Role = role },
    };

    public static ImmutableArray<GuestPod> Pods(GangKey gang, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Pod(string.Create(CultureInfo.InvariantCulture, $"{gang.Name}-{i}"), gang, i))];

    public static GuestPod On(this GuestPod pod, string node, AttemptId? attempt) => pod with { Node = new NodeId(node), BoundFor = attempt, Epoch = 5 };

    public static GuestPod Ended(this GuestPod pod, PodPhase phase = PodPhase.Succeeded) => pod with { Phase = phase };
}
