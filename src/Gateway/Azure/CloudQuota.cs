using System.Collections.Concurrent;
using System.Collections.Immutable;
using Azure.Core;
using Gateway.Backends;
using Gateway.Leadership;
using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>What the subscriptions' quotas leave, looked at now and then beside all else: a plan does not wait for it.</summary>
internal sealed class CloudQuota(ICloudUsages usages, ImmutableArray<AzureScaleSet> sets, ILeader leader, ScaleSetOptions options, TimeProvider time, ILogger<CloudQuota> logger)
{
    private const string RegionalCores = "cores";
    private const string SpotCores = "lowPriorityCores";

    private readonly ConcurrentDictionary<(string? Subscription, string Location), ImmutableDictionary<string, long>> _left = new();

    /// <summary>Cores that are left for this set and all that share them with it; none where it is not known, and then Azure says it.</summary>
    public ImmutableArray<SharedQuota> Left(AzureScaleSet set)
    {
        if (set.Cores == 0 || !_left.TryGetValue(KeyOf(set), out var left))
        {
            return [];
        }

        var (subscription, location) = KeyOf(set);
        string[] names = set.Spot ? [SpotCores] : set.QuotaFamily is { Length: > 0 } family ? [RegionalCores, family] : [RegionalCores];
        return [.. names.Where(left.ContainsKey).Select(n => new SharedQuota($"{n} in {location} of {subscription}", left[n]))];
    }

    public async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (leader.Epoch is not null)
            {
                await Refresh(cancellationToken);
            }

            await Pause.For(options.UsagesEvery, time, cancellationToken);
        }
    }

    /// <summary>What could not be read is forgotten: an old figure would keep machines from gangs.</summary>
    internal async Task Refresh(CancellationToken cancellationToken)
    {
        foreach (var set in sets.Where(s => s.Cores > 0).DistinctBy(KeyOf))
        {
            CloudAnswer<ImmutableArray<CloudUsage>> answer = new CloudAnswer<ImmutableArray<CloudUsage>>.Unknown("no answer");
            try
            {
                answer = await Deadline.Call(
                    token => usages.Usages(set.Id, set.Location, token), () => answer, options.CallTimeout, time, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            if (answer is CloudAnswer<ImmutableArray<CloudUsage>>.Done done)
            {
                _left[KeyOf(set)] = done.Value.ToImmutableDictionary(u => u.Name, u => u.Limit - u.Used, StringComparer.OrdinalIgnoreCase);
            }
            else
            {
                _left.TryRemove(KeyOf(set), out _);
                AzureLog.NoUsages(logger, set.Location, answer.ToString());
            }
        }
    }

    private static (string?, string) KeyOf(AzureScaleSet set) => (new ResourceIdentifier(set.Id).SubscriptionId, set.Location);
}
