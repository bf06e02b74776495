using Grains.Configuration;
using Microsoft.Extensions.Options;
using Scheduling.Order;
using Scheduling.Placement.Policies;
using Scheduling.Pools;

namespace Grains.Pools;

/// <summary>Finds everything that is wrong at once, before anything starts.</summary>
internal sealed class PoolOptionsValidator : IValidateOptions<PoolOptions>
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);
    private static readonly TimeSpan Year = TimeSpan.FromDays(366);

    public ValidateOptionsResult Validate(string? name, PoolOptions options)
    {
        var faults = new Faults(PoolOptions.Section);
        CheckPolicy(faults, options.Policy);
        return faults
            .Within(nameof(options.RoundSize), options.RoundSize, 1, 65_536)
            .Within(nameof(options.MaxRounds), options.MaxRounds, 1, 64)
            .Within(nameof(options.HoldLease), options.HoldLease, TimeSpan.FromSeconds(1), Most)
            .Within(nameof(options.StepTries), options.StepTries, 1, 20)
            .Within(nameof(options.RetryPeriod), options.RetryPeriod, Least, Most)
            .Within(nameof(options.FeedLength), options.FeedLength, 1, 1 << 24)
            .Within(nameof(options.AttachConcurrency), options.AttachConcurrency, 1, 1024)
            .OneOf(nameof(options.PlacementPolicy), options.PlacementPolicy, ScoringPolicies.Names)
            .Missing(nameof(options.Limits), options.Limits)
            .Within("Limits:MaxPendingJobs", options.Limits?.MaxPendingJobs ?? 1, 1, 100_000_000)
            .Within("Limits:MaxPendingPerTenant", options.Limits?.MaxPendingPerTenant ?? 1, 1, 100_000_000)
            .Within("Limits:MaxPlacing", options.Limits?.MaxPlacing ?? 1, 1, 1_000_000)
            .Within(nameof(options.SnapshotAfter), options.SnapshotAfter, 1, 10_000_000)
            .Missing(nameof(options.History), options.History)
            .Within("History:MaxAge", options.History?.MaxAge ?? TimeSpan.Zero, TimeSpan.Zero, Year)
            .Within("History:MaxMiB", options.History?.MaxMiB ?? 1, 1, 1 << 20)
            .Within("History:CheckEvery", options.History?.CheckEvery ?? TimeSpan.Zero, TimeSpan.Zero, Year)
            .Within("History:HandOverAfter", options.History?.HandOverAfter ?? TimeSpan.Zero, TimeSpan.Zero, Year)
            .Result;
    }

    private static void CheckPolicy(Faults faults, PoolPolicy? policy)
    {
        if (policy is null)
        {
            faults.Missing(nameof(PoolOptions.Policy), policy);
            return;
        }

        // The others stand in line behind what does not fit, or stop jobs all the time: for replays only.
        var orders = OrderPolicies.ByName.Values.Where(o => o is { Strict: false, Shares: null }).Select(o => o.Name).Order(StringComparer.Ordinal).ToList();
        faults.OneOf("Policy:Order", policy.Order, orders)
            .Within("Policy:AgeingPeriod", policy.AgeingPeriod, TimeSpan.Zero, Year)
            .Within("Policy:AgeingStep", policy.AgeingStep, 0, 1000)
            .Within("Policy:MaxAgeing", policy.MaxAgeing, 0, 1000)
            .Within("Policy:ShareHalfLife", policy.ShareHalfLife, TimeSpan.Zero, Year)
            .Within("Policy:MinRuntime", policy.MinRuntime, TimeSpan.Zero, Year)
            .Within("Policy:LongestMinRuntime", policy.LongestMinRuntime, TimeSpan.Zero, Year)
            .Within("Policy:MaxGrace", policy.MaxGrace, TimeSpan.Zero, Most)
            .Within("Policy:EvictionTimeout", policy.EvictionTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1))
            .Within("Policy:ReserveAfter", policy.ReserveAfter, TimeSpan.Zero, Year)
            .Within("Policy:MaxReservations", policy.MaxReservations, 0, 64)
            .Within("Policy:ReservationSlack", policy.ReservationSlack, TimeSpan.Zero, TimeSpan.FromDays(1))
            .Within("Policy:BackfillSafety", policy.BackfillSafety, TimeSpan.Zero, TimeSpan.FromDays(1))
            .Within("Policy:MaxClaims", policy.MaxClaims, 0, 1024)
            .Within("Policy:ClaimTries", policy.ClaimTries, 1, 64)
            .Within("Policy:ClaimPeriod", policy.ClaimPeriod, TimeSpan.Zero, Most)
            .Within("Policy:ClaimRetry", policy.ClaimRetry, TimeSpan.Zero, Most);
    }
}
