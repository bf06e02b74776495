using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Gateway.Contracts;

/// <summary>A part of a quota tree, from the asked path down. Its ETag is the version of the whole tree's settings.</summary>
public sealed record QuotaTree
{
    public required string Path { get; init; }

    /// <summary>Parents before children, in path order.</summary>
    public required IReadOnlyList<QuotaLevel> Levels { get; init; }

    /// <summary>Grows with every change of the tree's settings, not with what is used.</summary>
    public required long Version { get; init; }
}

/// <summary>One level. Amounts by resource: gpu and gpu/MODEL (thousandths of a GPU), cpu (thousandths of a core), memory (MiB).</summary>
public sealed record QuotaLevel
{
    public required string Path { get; init; }
    public required IReadOnlyDictionary<string, long> Nominal { get; init; }
    public required IReadOnlyDictionary<string, long> Limit { get; init; }
    public required int Weight { get; init; }
    public int? MaxPendingJobs { get; init; }
    public required IReadOnlyDictionary<string, long> Used { get; init; }

    /// <summary>Jobs charged here or below.</summary>
    public required int Charges { get; init; }

    public IReadOnlyDictionary<string, long>? BorrowingLimit { get; init; }
    public IReadOnlyDictionary<string, long>? LendingLimit { get; init; }
    public IReadOnlyDictionary<string, long>? MaxPerUser { get; init; }
    public IReadOnlyList<QuotaPriorityCap>? PriorityCaps { get; init; }
    public QuotaBudget? Budget { get; init; }

    /// <summary>Nominal, or where none is set what those below are owed together.</summary>
    public IReadOnlyDictionary<string, long>? Owed { get; init; }

    /// <summary>In use above what is owed, of what others leave idle.</summary>
    public IReadOnlyDictionary<string, long>? Borrowed { get; init; }

    /// <summary>Kept for owners here or below who wait for what they lent.</summary>
    public IReadOnlyDictionary<string, long>? Kept { get; init; }

    /// <summary>Since the level was first used.</summary>
    public double GpuHours { get; init; }

    /// <summary>How the budget stands.</summary>
    public QuotaBudgetStatus? BudgetStatus { get; init; }
}

/// <summary>Jobs of this priority or a higher one use at most so much together.</summary>
public sealed record QuotaPriorityCap
{
    [Required]
    [Range(1, Limits.MaxPriority)]
    public long? MinPriority { get; init; }

    [Required]
    [Description("By resource.")]
    public IReadOnlyDictionary<string, long>? Amounts { get; init; }
}

/// <summary>GPU-hours that a level may spend in a period. What runs when they are spent runs on; nothing more is started.</summary>
public sealed record QuotaBudget
{
    [Required]
    [Range(0, Limits.MaxQuotaBudgetHours)]
    [Description("Hours of one GPU, of any model.")]
    public long? Hours { get; init; }

    [AllowedValues("none", "month", "week", "rolling", null)]
    [Description("none: from when it is set, for ever. month, week: from the first, from Monday, UTC. rolling: the last days. none by default.")]
    public string? Period { get; init; }

    [Range(1, Limits.MaxQuotaBudgetDays)]
    [Description("With rolling, and only then: how many days, today included.")]
    public long? Days { get; init; }
}

/// <summary>How a budget stands.</summary>
public sealed record QuotaBudgetStatus
{
    public required double SpentHours { get; init; }

    /// <summary>Nothing more is started.</summary>
    public required bool IsSpent { get; init; }

    /// <summary>Absent: from when it was set.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>When it begins anew; a rolling one, when it has something left again if nothing runs. Absent: never.</summary>
    public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>When it is spent if what runs runs on. Absent: not before it begins anew.</summary>
    public DateTimeOffset? ExhaustedAt { get; init; }
}

/// <summary>The roots of the quota trees that the caller may see.</summary>
public sealed record CohortList
{
    public required IReadOnlyList<string> Value { get; init; }
}
