using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <summary>What quota trees said since promises were planned last: an input like any other, so it is journaled with the pass that goes by it.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaAnswers
{
    /// <summary>To charges that were asked about.</summary>
    [Id(0)] public ImmutableArray<SeenOutlook> Outlooks { get; init; } = [];

    /// <summary>Of attempts that run, where it differs from what was known.</summary>
    [Id(1)] public ImmutableArray<SeenBorrowing> Borrowing { get; init; } = [];
}

/// <summary>What a charge for this attempt would be told.</summary>
[GenerateSerializer, Immutable]
public readonly record struct SeenOutlook([property: Id(0)] AttemptId Attempt, [property: Id(1)] ChargeOutlook Outlook);

/// <summary>Whether this attempt, and all of its account and kind, run on what others are owed.</summary>
[GenerateSerializer, Immutable]
public readonly record struct SeenBorrowing([property: Id(0)] AttemptId Attempt, [property: Id(1)] bool Borrows);
