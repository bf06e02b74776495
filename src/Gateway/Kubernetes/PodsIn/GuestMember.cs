namespace Gateway.Kubernetes.PodsIn;

/// <summary>One member of a gang, as far as it is known.</summary>
/// <param name="Pod">Null when it is gone, or when it is not known whether it is.</param>
/// <param name="IsGone">This very pod is not there any more, and never will be again.</param>
/// <param name="Ended">How it had ended before it was gone; null when it had not, or when nobody saw.</param>
internal readonly record struct GuestMember(GuestPod? Pod, bool IsGone, PodPhase? Ended)
{
    public bool IsUnknown => Pod is null && !IsGone;

    public bool IsOver => IsGone || Pod is { IsOver: true };

    public bool Succeeded => (Pod?.Phase ?? Ended) == PodPhase.Succeeded;
}
