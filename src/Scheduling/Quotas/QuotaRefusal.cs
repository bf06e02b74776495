using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Quotas;

/// <summary>What bound when a charge was refused.</summary>
[GenerateSerializer]
public enum QuotaBound
{
    /// <summary>The level's limit, or the request itself when <see cref="QuotaRefusal.Problem"/> is set.</summary>
    Limit = 0,

    /// <summary>The level's nominal with what it may borrow above it.</summary>
    Borrowing = 1,

    /// <summary>All that the cohort has to share: nothing idle is left that is lent.</summary>
    Capacity = 2,

    /// <summary>What one user may use.</summary>
    User = 3,

    /// <summary>What jobs of so high a priority may use.</summary>
    Priority = 4,

    /// <summary>The GPU-hours are spent.</summary>
    Budget = 5,
}

/// <summary>Why a charge was refused: the level, the resource and what bound.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaRefusal
{
    [Id(0)] public required QuotaPath Path { get; init; }

    [Id(1)] public required string Resource { get; init; }

    /// <summary>With <see cref="QuotaBound.Budget"/> in GPU-hours, and so is <see cref="Used"/>.</summary>
    [Id(2)] public required long Limit { get; init; }

    /// <summary>In use, with what is promised below and not lent.</summary>
    [Id(3)] public required long Used { get; init; }

    [Id(4)] public required long Asked { get; init; }

    /// <summary>Set when not a limit but the request itself is at fault (negative, overflow, other amounts than before): waiting does not help.</summary>
    [Id(5)] public string? Problem { get; init; }

    [Id(6)] public QuotaBound Bound { get; init; }

    /// <summary>Kept for owners that wait for what they lent: as good as used for all others.</summary>
    [Id(7)] public long Kept { get; init; }

    /// <summary>It is within its nominal, and only what others borrowed stands in its way: it may have that back.</summary>
    [Id(8)] public bool Owed { get; init; }

    /// <summary>When owed: who borrows what could be taken back, the largest first, at most <see cref="MaxBorrowers"/>.</summary>
    [Id(9)] public ImmutableArray<QuotaBorrower> Borrowers { get; init; } = [];

    /// <summary>When owed: how much must be given back, what is kept for other owners included.</summary>
    [Id(10)] public ImmutableArray<ResourceAmount> ToReclaim { get; init; } = [];

    /// <summary>Whose cap bound: the user's name, or the least priority that it covers.</summary>
    [Id(11)] public string? Whose { get; init; }

    /// <summary>When a spent budget begins anew; null: never by itself.</summary>
    [Id(12)] public DateTimeOffset? ResetsAt { get; init; }

    /// <summary>
    /// It went by who asked (an owner, a user, a priority): another that asks as much of the same at or below this level may still fit.
    /// </summary>
    [Id(13)] public bool OthersMayFit { get; init; }

    /// <summary>Borrowers named in one refusal.</summary>
    public const int MaxBorrowers = 32;

    /// <summary>They say the same, borrowers and all.</summary>
    public static bool Same(QuotaRefusal one, QuotaRefusal other) =>
        one.Borrowers.SequenceEqual(other.Borrowers) && one.ToReclaim.SequenceEqual(other.ToReclaim)
        && one == other with { Borrowers = one.Borrowers, ToReclaim = one.ToReclaim };

    public override string ToString() => Problem ?? Bound switch
    {
        QuotaBound.Borrowing => $"{Path}: {Resource} {Used} of {Limit} that it is owed and may borrow used{Keeping}, {Asked} more asked",
        QuotaBound.Capacity => $"{Path}: {Resource} {Used} of {Limit} in use or not lent{Keeping}, {Asked} more asked{Owing}",
        QuotaBound.User => $"{Path}: {Resource} {Used} of {Limit} used by {Whose}, {Asked} more asked",
        QuotaBound.Priority => $"{Path}: {Resource} {Used} of {Limit} used by jobs of priority {Whose} or more, {Asked} more asked",
        QuotaBound.Budget => $"{Path}: {Used} of {Limit} GPU-hours spent, {(ResetsAt is { } at ? $"until {at:yyyy-MM-dd HH:mm}Z" : "and it does not begin anew")}",
        _ => $"{Path}: {Resource} {Used} of {Limit} used{Keeping}, {Asked} more asked{Owing}",
    };

    private string Keeping => Kept > 0 ? $" and {Kept} kept for its owners" : "";

    private string Owing => Owed ? "; it is owed, and others borrow it" : "";
}

/// <summary>A level that uses more than it is owed, and by how much at most it can be asked to shrink.</summary>
[GenerateSerializer, Immutable]
public sealed record QuotaBorrower
{
    /// <summary>Every job charged at or below it borrows.</summary>
    [Id(0)] public required QuotaPath Path { get; init; }

    [Id(1)] public required string Resource { get; init; }

    /// <summary>More than this is not borrowed.</summary>
    [Id(2)] public required long Above { get; init; }

    /// <summary>Only jobs that are charged to the path itself borrow, those below it do not.</summary>
    [Id(3)] public bool OnlyDirect { get; init; }
}
