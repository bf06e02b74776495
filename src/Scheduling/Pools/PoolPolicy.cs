using Scheduling.Order;
using Scheduling.Preemption;
using Scheduling.Reservations;

namespace Scheduling.Pools;

/// <summary>How a pool orders, reserves and preempts. docs/scheduling.md explains each to operators.</summary>
[GenerateSerializer, Immutable]
public sealed record PoolPolicy
{
    /// <summary>The order among attempts of one account at one priority, by name: docs/order.md has them. Default fair-turn.</summary>
    [Id(0)] public string Order { get; init; } = OrderPolicies.DefaultName;

    /// <summary>
    /// Whether jobs that save their work may be asked to give way to much shorter ones of their priority, seldom and within a budget, as far as the
    /// order policy says so. Default true.
    /// </summary>
    [Id(1)] public bool TakeTurns { get; init; } = true;

    /// <summary>Waiting so long adds <see cref="AgeingStep"/> to a job's priority. Default 6 h; zero switches ageing off.</summary>
    [Id(2)] public TimeSpan AgeingPeriod { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Priority points that each period adds. Default 50.</summary>
    [Id(3)] public int AgeingStep { get; init; } = 50;

    /// <summary>Points that waiting adds at most. Default 200.</summary>
    [Id(4)] public int MaxAgeing { get; init; } = 200;

    /// <summary>Past use of a week ago counts half of today's in an account's share. Default 7 days; zero: only present use counts.</summary>
    [Id(5)] public TimeSpan ShareHalfLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Whether jobs may be evicted for others at all. Default true.</summary>
    [Id(6)] public bool Preemption { get; init; } = true;

    /// <summary>An attempt runs at least so long before it may be evicted, where its job says nothing. Default 5 minutes.</summary>
    [Id(7)] public TimeSpan MinRuntime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest minimum runtime that a job may ask for. Default 4 hours.</summary>
    [Id(8)] public TimeSpan LongestMinRuntime { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The longest time that workers get to save their work before they are stopped. Default 2 minutes.</summary>
    [Id(9)] public TimeSpan MaxGrace { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>What was to be freed by evictions and is not so long after the grace period: the promise is off. Default 10 minutes.</summary>
    [Id(10)] public TimeSpan EvictionTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often a job may be evicted, and cause evictions.</summary>
    [Id(11)] public PreemptionLimits Limits { get; init; } = PreemptionLimits.Default;

    /// <summary>What an eviction is thought to cost.</summary>
    [Id(12)] public EvictionPricing Pricing { get; init; } = EvictionPricing.Default;

    /// <summary>A gang that fits the empty pool but not the present one gets nodes reserved after waiting so long. Default 1 minute.</summary>
    [Id(13)] public TimeSpan ReserveAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Gangs with a reservation at once, first in order. Default 8.</summary>
    [Id(14)] public int MaxReservations { get; init; } = 8;

    /// <summary>How a reservation's time is computed.</summary>
    [Id(15)] public ReservationOptions Reservations { get; init; } = ReservationOptions.Default;

    /// <summary>A reservation so long past its time is planned anew. Default 2 minutes.</summary>
    [Id(16)] public TimeSpan ReservationSlack { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Backfilled jobs must be expected to end so long before the reserved start. Default 1 minute.</summary>
    [Id(17)] public TimeSpan BackfillSafety { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Promises at once, reservations and evictions together. Default 64.</summary>
    [Id(18)] public int MaxClaims { get; init; } = ClaimBook.DefaultMaxClaims;

    /// <summary>Searches for evictions and reservations in one pass. Default 4.</summary>
    [Id(19)] public int ClaimTries { get; init; } = 4;

    /// <summary>Time between passes. Default 1 s.</summary>
    [Id(20)] public TimeSpan ClaimPeriod { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A gang for which nothing could be promised is looked at again after so long. Default 10 s.</summary>
    [Id(21)] public TimeSpan ClaimRetry { get; init; } = TimeSpan.FromSeconds(10);
}
