using System.Collections.Immutable;
using Grains.Jobs;
using Scheduling.Model;

namespace Gateway.Kubernetes;

/// <summary>What is to be done next about an attempt's pods.</summary>
internal abstract record GangStep
{
    private GangStep()
    {
    }

    /// <summary>Nothing before then, unless something changes.</summary>
    public sealed record Wait(DateTimeOffset Until) : GangStep;

    /// <summary>Nothing of it is left.</summary>
    public sealed record Finished : GangStep;

    /// <summary>Another leader has acted on these pods.</summary>
    public sealed record Superseded : GangStep;

    /// <summary>Make these pods.</summary>
    public sealed record Create(ImmutableArray<Member> Members) : GangStep;

    /// <summary>Ask the job whether these very pods may be bound.</summary>
    /// <param name="Replaces">The pods that were bound before, in whose place some of these come; null: none were.</param>
    /// <param name="Failure">Why others come in their place.</param>
    /// <param name="Vacant">Ranks that were lost with their nodes: given up, and nobody is named in their place yet.</param>
    public sealed record Confirm(string Binding, string? Replaces, string? Failure, ImmutableSortedSet<int> Vacant) : GangStep;

    /// <summary>Ask the racks where everybody belongs.</summary>
    public sealed record Plan : GangStep;

    /// <summary>Have another node take over what the gang has on this one: nothing of it runs there any more.</summary>
    public sealed record Leave(NodeId Node) : GangStep;

    /// <summary>Bind each where it belongs.</summary>
    public sealed record Bind(ImmutableArray<PodView> Pods) : GangStep;

    /// <summary>Ask them to save their work by then; null: they need not.</summary>
    public sealed record Mark(ImmutableArray<PodView> Pods, DateTimeOffset? CheckpointBy) : GangStep;

    public sealed record Delete(ImmutableArray<PodView> Pods) : GangStep;

    /// <summary>Tell the job.</summary>
    public sealed record Tell(AttemptReport Report) : GangStep;

    /// <param name="Incarnation">0 for the first pod of this rank in this attempt; each that comes in place of a failed one has the next.</param>
    public readonly record struct Member(int Rank, int Incarnation);
}
