using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.WhatIf;

/// <summary>One thing that is to be otherwise from the first moment on. Several may be combined; they are made in their order.</summary>
[GenerateSerializer]
public abstract record WhatIfChange
{
    private WhatIfChange()
    {
    }

    /// <summary>
    /// Nominal and limit of one level grow or shrink by so much, each resource that is named there. What is in use above the new limit runs on:
    /// the limit follows as it is given back, as an administrator would have to do it.
    /// </summary>
    [GenerateSerializer, Immutable]
    public sealed record QuotaPercent : WhatIfChange
    {
        [Id(0)] public required QuotaPath Path { get; init; }

        /// <summary>-100 to 1000.</summary>
        [Id(1)] public required int Percent { get; init; }
    }

    /// <summary>These amounts of one level's nominal and limit become what is said here; resources that are not named stay.</summary>
    [GenerateSerializer, Immutable]
    public sealed record QuotaAmounts : WhatIfChange
    {
        [Id(0)] public required QuotaPath Path { get; init; }
        [Id(1)] public ImmutableArray<ResourceAmount> Nominal { get; init; } = [];
        [Id(2)] public ImmutableArray<ResourceAmount> Limit { get; init; } = [];
    }

    /// <summary>So many more nodes, in racks of their own, like one that there is.</summary>
    [GenerateSerializer, Immutable]
    public sealed record AddNodes : WhatIfChange
    {
        [Id(0)] public required int Count { get; init; }

        /// <summary>A node's name, or a rack's without its pool; null: like the kind of GPU node that the pool has most of.</summary>
        [Id(1)] public string? Like { get; init; }
    }

    /// <summary>These nodes take no new work; or they are gone, and what runs there is stopped and queues again.</summary>
    [GenerateSerializer, Immutable]
    public sealed record TakeNodes : WhatIfChange
    {
        /// <summary>Names of nodes, or of racks without their pool.</summary>
        [Id(0)] public required ImmutableArray<string> Names { get; init; }

        /// <summary>False: they are only cordoned.</summary>
        [Id(1)] public bool Remove { get; init; }
    }

    /// <summary>One more job, submitted at the first moment.</summary>
    [GenerateSerializer, Immutable]
    public sealed record SubmitJob : WhatIfChange
    {
        [Id(0)] public required JobSpec Spec { get; init; }

        /// <summary>How long it runs; null: as its spec says, or else as is predicted.</summary>
        [Id(1)] public TimeSpan? RunsFor { get; init; }
    }

    /// <summary>A job that is there, or comes in the period, has another priority.</summary>
    [GenerateSerializer, Immutable]
    public sealed record SetPriority : WhatIfChange
    {
        [Id(0)] public required JobId Job { get; init; }

        /// <summary>0–1000.</summary>
        [Id(1)] public required int Priority { get; init; }
    }

    /// <summary>The pool orders its queue, or chooses its nodes, by another policy.</summary>
    [GenerateSerializer, Immutable]
    public sealed record UsePolicy : WhatIfChange
    {
        /// <summary>A name of the order policies; null: as it is.</summary>
        [Id(0)] public string? Order { get; init; }

        /// <summary>A name of the placement policies; null: as it is.</summary>
        [Id(1)] public string? Placement { get; init; }
    }
}

/// <summary>A change that cannot be made: which one, which of its members, and the rule.</summary>
[GenerateSerializer, Immutable]
public sealed record WhatIfProblem
{
    /// <summary>Its place among the changes, from 0.</summary>
    [Id(0)] public required int Change { get; init; }

    [Id(1)] public required string Member { get; init; }

    /// <summary>For the user.</summary>
    [Id(2)] public required string Rule { get; init; }
}
