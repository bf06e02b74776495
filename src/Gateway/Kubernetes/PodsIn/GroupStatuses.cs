namespace Gateway.Kubernetes.PodsIn;

/// <summary>What a PodGroup of scheduler-plugins says of its pods. Pure.</summary>
internal static class GroupStatuses
{
    public static GroupStatus Of(GangFacts facts, IReadOnlyCollection<GuestPod> pods)
    {
        var scheduled = pods.Count(p => p.Node is not null);
        var (running, succeeded, failed) = (pods.Count(p => p.Phase == PodPhase.Running), pods.Count(p => p.Phase == PodPhase.Succeeded), pods.Count(p => p.Phase == PodPhase.Failed));
        var phase = 0 switch
        {
            _ when failed > 0 && running + succeeded + failed >= facts.Min && running == 0 => "Failed",
            _ when succeeded >= facts.Min => "Finished",
            _ when running + succeeded >= facts.Min => "Running",
            _ when scheduled >= facts.Min => "Scheduled",
            _ when scheduled > 0 => "Scheduling",
            _ when pods.Count >= facts.Min => "PreScheduling",
            _ => "Pending",
        };
        var owner = pods.Select(p => p.Owner).FirstOrDefault(o => o is not null);
        return new GroupStatus(phase, owner is null ? null : $"{owner.Namespace}/{owner.Name}", scheduled, running, succeeded, failed);
    }
}
