using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Reservations;

/// <summary>A gang that runs now, and when it is expected to end.</summary>
public readonly record struct RunningGang
{
    public required AttemptId Attempt { get; init; }

    public required GangPlacement Placement { get; init; }

    public required ImmutableArray<RoleSpec> Roles { get; init; }

    /// <summary>It ends by then in half of all cases; null: it is not known to end.</summary>
    public DateTimeOffset? P50End { get; init; }

    /// <summary>It ends by then in nine of ten cases; null: it is not known to end, as with services.</summary>
    public DateTimeOffset? P90End { get; init; }
}

/// <summary>A gang's turn at a computed time, on named nodes.</summary>
public sealed record Reservation
{
    /// <summary>When all it waits for is expected to have ended, by the p90.</summary>
    public required DateTimeOffset StartAt { get; init; }

    /// <summary>The same by the p50: what to tell the user as likely.</summary>
    public required DateTimeOffset LikelyAt { get; init; }

    /// <summary>Nodes and GPUs for every worker, as the index placed them with exactly <see cref="WaitsFor"/> gone.</summary>
    public required GangPlacement Target { get; init; }

    /// <summary>Attempts that must end first, the one that ends last at the end; none of them could be left out.</summary>
    public required ImmutableArray<AttemptId> WaitsFor { get; init; }
}

/// <summary>Bounds of a reservation.</summary>
[GenerateSerializer, Immutable]
public sealed record ReservationOptions
{
    /// <summary>No reservation is made for later than this from now. Default 14 days.</summary>
    [Id(0)] public TimeSpan Horizon { get; init; } = TimeSpan.FromDays(14);

    /// <summary>An attempt past its p90 is expected to last this much longer. Default 10 minutes.</summary>
    [Id(1)] public TimeSpan Overrun { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Running attempts looked at; of more, those that end first. Default 16,384.</summary>
    [Id(2)] public int MaxRunning { get; init; } = 16_384;

    /// <summary>Trial placements spent on waiting for fewer attempts. Default 128.</summary>
    [Id(3)] public int MaxTrials { get; init; } = 128;

    public static ReservationOptions Default { get; } = new();
}

/// <summary>Whether a job may use for a while what a reservation will need later.</summary>
public static class BackfillRule
{
    /// <summary>
    /// True when the job, started now, has surely ended (by the p90 of its runtime, or its time limit) before the reserved gang's start,
    /// with <paramref name="safety"/> to spare. A job of which no end is known never may.
    /// </summary>
    public static bool Allows(DateTimeOffset now, TimeSpan? p90Runtime, DateTimeOffset startAt, TimeSpan safety) =>
        p90Runtime is { } runtime && runtime <= startAt - now - safety;

    /// <summary>The earliest reserved start beyond which a job started now may run: see ClaimBook.WithBackfill.</summary>
    public static DateTimeOffset EndsBy(DateTimeOffset now, TimeSpan p90Runtime, TimeSpan safety) =>
        DateTimeOffset.MaxValue - now - safety < p90Runtime ? DateTimeOffset.MaxValue : now + p90Runtime + safety;
}
