using System.Collections.Immutable;
using Grains.Jobs;

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

    /// <summary>Make the pods of these ranks.</summary>
    public sealed record Create(ImmutableArray<int> Ranks) : GangStep;

    /// <summary>Ask the job whether these very pods may be bound.</summary>
    public sealed record Confirm(string Binding) : GangStep;

    /// <summary>Bind each where it belongs.</summary>
    public sealed record Bind(ImmutableArray<PodView> Pods) : GangStep;

    /// <summary>Ask them to save their work by then; null: they need not.</summary>
    public sealed record Mark(ImmutableArray<PodView> Pods, DateTimeOffset? CheckpointBy) : GangStep;

    public sealed record Delete(ImmutableArray<PodView> Pods) : GangStep;

    /// <summary>Tell the job.</summary>
    public sealed record Tell(AttemptReport Report) : GangStep;
}
