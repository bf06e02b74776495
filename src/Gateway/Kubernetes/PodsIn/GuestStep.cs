using System.Collections.Immutable;
using Grains.Jobs;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>What is to be done next about an attempt of pods that somebody else made.</summary>
internal abstract record GuestStep
{
    private GuestStep()
    {
    }

    /// <summary>Nothing before then, unless something changes.</summary>
    public sealed record Wait(DateTimeOffset Until) : GuestStep;

    /// <summary>Nothing of it is left to do.</summary>
    public sealed record Finished : GuestStep;

    /// <summary>Another leader has acted on these pods.</summary>
    public sealed record Superseded : GuestStep;

    /// <summary>Ask the cluster how these ranks are: what was seen of them is not enough.</summary>
    public sealed record Read(ImmutableArray<int> Ranks) : GuestStep;

    /// <summary>Look up where each rank belongs.</summary>
    public sealed record Plan : GuestStep;

    /// <summary>Bind each of these ranks where it belongs.</summary>
    public sealed record Bind(ImmutableArray<int> Ranks) : GuestStep;

    /// <summary>Write on these pods that they are not bound for this attempt any more.</summary>
    public sealed record GiveUp(ImmutableArray<GuestPod> Pods) : GuestStep;

    /// <summary>Ask them to save their work by then; null: they need not.</summary>
    public sealed record Mark(ImmutableArray<GuestPod> Pods, DateTimeOffset? CheckpointBy) : GuestStep;

    public sealed record Delete(ImmutableArray<GuestPod> Pods) : GuestStep;

    /// <summary>Tell the job.</summary>
    public sealed record Tell(AttemptReport Report) : GuestStep;
}
