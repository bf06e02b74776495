using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>All that is wanted of one scale set and under way in it: what its grain owns and persists. Changed only by <see cref="ScaleSetDecider"/>.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleSetState
{
    [Id(0)] public required ScaleSetSpec Spec { get; init; }

    /// <summary>So many machines are wanted, those that are to go not counted. 0 to the ceiling.</summary>
    [Id(1)] public int Wanted { get; init; }

    /// <summary>Machines that are to go, each by itself.</summary>
    [Id(2)] public ImmutableArray<ScaleSetRemoval> Removals { get; init; } = [];

    /// <summary>What the cloud was asked to do and has not ended; null when nothing is known to be under way.</summary>
    [Id(3)] public ScaleSetOperation? Operation { get; init; }

    /// <summary>More machines are not asked for before it ends; null: they may be.</summary>
    [Id(4)] public ScaleSetBackOff? BackOff { get; init; }

    /// <summary>The highest leadership of a gateway that reported here: older ones are refused.</summary>
    [Id(5)] public long Fence { get; init; }

    /// <summary>Grows by one with every change.</summary>
    [Id(6)] public long Version { get; init; }

    /// <summary>Machines that are there and have been nodes: work may have been placed on them.</summary>
    [Id(7)] public ImmutableArray<string> Joined { get; init; } = [];

    /// <summary>What was done last and why, oldest first; the older ones are in the audit log of whoever did it.</summary>
    [Id(8)] public ImmutableArray<ScaleSetNote> Notes { get; init; } = [];

    /// <summary>Machines that were asked to go within the last ten minutes.</summary>
    [Id(9)] public ImmutableArray<ScaleSetReturned> Returned { get; init; } = [];

    /// <summary>Events from outside that were heard already, oldest first.</summary>
    [Id(10)] public ImmutableArray<string> Heard { get; init; } = [];

    /// <summary>Notes up to this number were told to whoever wants to know.</summary>
    [Id(11)] public long Told { get; init; }

    /// <summary>Machines that nobody else may take, in order.</summary>
    [Id(12)] public ImmutableArray<string> Protected { get; init; } = [];

    /// <summary>It was said which: before that, what others protected stays as it is.</summary>
    [Id(13)] public bool Protects { get; init; }

    /// <summary>Waits for other reasons before the present one, the last of each: who is refused for one again goes on counting. None after a success.</summary>
    [Id(14)] public ImmutableArray<ScaleSetBackOff> EarlierBackOffs { get; init; } = [];

    /// <summary>The version of the demand that the last change by a planner was planned from: what was planned from an older one is refused.</summary>
    [Id(15)] public long PlannedFrom { get; init; }
}

/// <summary>How far a machine is on its way out.</summary>
[GenerateSerializer]
public enum RemovalStage
{
    /// <summary>It takes no new work, and what runs on it leaves. May be called off.</summary>
    Draining = 0,

    /// <summary>Nothing is on it, and nothing ever will be: to be deleted. From here there is no way back.</summary>
    Ready = 1,

    /// <summary>The cloud has deleted it.</summary>
    Deleted = 2,
}

/// <summary>A machine that is to go.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleSetRemoval
{
    /// <summary>The cloud's id of it; never given to another machine of the set.</summary>
    [Id(0)] public required string Instance { get; init; }

    [Id(1)] public required NodeId Node { get; init; }
    [Id(2)] public required RemovalStage Stage { get; init; }

    /// <summary>Why, for people.</summary>
    [Id(3)] public required string Reason { get; init; }

    /// <summary>Its node was asked to drain: should it be in service later, then somebody else wants it so.</summary>
    [Id(4)] public bool IsAsked { get; init; }
}

/// <summary>Something that the cloud was asked to do.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleSetOperation
{
    /// <summary>Where the cloud says how it goes; empty while it is not known whether the cloud has heard of it.</summary>
    [Id(0)] public required string Url { get; init; }

    /// <summary>The capacity that was asked for; null when it deletes.</summary>
    [Id(1)] public int? Capacity { get; init; }

    [Id(2)] public required DateTimeOffset StartedAt { get; init; }
}

/// <summary>The cloud gave no machines, and is not asked again at once.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleSetBackOff
{
    [Id(0)] public required ScaleFailure Failure { get; init; }

    /// <summary>So often in a row.</summary>
    [Id(1)] public required int Failures { get; init; }

    [Id(2)] public required DateTimeOffset Until { get; init; }
}

/// <summary>One action on a scale set.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleSetNote
{
    [Id(0)] public required DateTimeOffset At { get; init; }

    /// <summary>"wants 8 machines (0 before)".</summary>
    [Id(1)] public required string What { get; init; }

    [Id(2)] public required string Reason { get; init; }

    /// <summary>Grows from note to note, with gaps.</summary>
    [Id(3)] public long Number { get; init; }
}

/// <summary>So many machines were asked to go at once.</summary>
[GenerateSerializer, Immutable]
public readonly record struct ScaleSetReturned([property: Id(0)] DateTimeOffset At, [property: Id(1)] int Machines);
