using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>A level of the tree, as it stands.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaNodeView
{
    [Id(0)] public required QuotaPath Path { get; init; }
    [Id(1)] public required QuotaSpec Spec { get; init; }
    [Id(2)] public required ImmutableArray<ResourceAmount> Used { get; init; }

    /// <summary>Live charges at or below.</summary>
    [Id(3)] public required int Charges { get; init; }

    /// <summary>What it is owed: its nominal, or what those below are owed together.</summary>
    [Id(4)] public ImmutableArray<ResourceAmount> Owed { get; init; } = [];

    /// <summary>What it uses above that, of what others leave idle.</summary>
    [Id(5)] public ImmutableArray<ResourceAmount> Borrowed { get; init; } = [];

    /// <summary>Kept for owners at or below that wait for what they lent.</summary>
    [Id(6)] public ImmutableArray<ResourceAmount> Kept { get; init; } = [];

    /// <summary>GPU time since the level was first used, in thousandths of a GPU × seconds.</summary>
    [Id(7)] public long GpuMilliSeconds { get; init; }

    /// <summary>Null when there is no budget.</summary>
    [Id(8)] public BudgetView? Budget { get; init; }
}

/// <summary>How a budget stands.</summary>
[GenerateSerializer, Immutable]
public sealed record BudgetView
{
    [Id(0)] public required GpuHourBudget Budget { get; init; }

    /// <summary>In this period, in thousandths of a GPU × seconds.</summary>
    [Id(1)] public required long SpentMilliSeconds { get; init; }

    /// <summary>Null: it was counted from when it was set.</summary>
    [Id(2)] public required DateTimeOffset? From { get; init; }

    /// <summary>When it begins anew; with a rolling one, when it would have something left again if nothing ran. Null: never.</summary>
    [Id(3)] public required DateTimeOffset? ResetsAt { get; init; }

    /// <summary>When it is spent if what runs runs on; null: not before it begins anew.</summary>
    [Id(4)] public required DateTimeOffset? ExhaustedAt { get; init; }

    /// <summary>Nothing more is started.</summary>
    [Id(5)] public required bool IsSpent { get; init; }
}

[GenerateSerializer, Immutable]
public sealed record QuotaTreeView
{
    /// <summary>From the asked path down, parents before children, in path order.</summary>
    [Id(0)] public required ImmutableArray<QuotaNodeView> Levels { get; init; }

    /// <summary>Grows with every change of the tree's settings (not with charges): the ETag.</summary>
    [Id(1)] public required long Version { get; init; }
}
