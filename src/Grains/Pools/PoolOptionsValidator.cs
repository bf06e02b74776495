using Grains.Configuration;
using Microsoft.Extensions.Options;
using Scheduling.Placement.Policies;

namespace Grains.Pools;

/// <summary>Finds everything that is wrong at once, before anything starts.</summary>
internal sealed class PoolOptionsValidator : IValidateOptions<PoolOptions>
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, PoolOptions options) =>
        new Faults(PoolOptions.Section)
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
            .Result;
}
