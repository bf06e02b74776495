using System.Collections.Immutable;
using Gateway.Leadership;
using Scheduling.Model;

namespace Gateway.Azure;

/// <summary>All of Azure's loops of this process: a planner for each pool, a reconciler for each scale set, the look at quotas.</summary>
internal sealed class AzureScaling(
    AzureOptions options, IScaleSetCloud cloud, ICloudUsages usages, IMachineProtection protection, IScaleSetIntents intents, IScalingGrains grains, ScaleBoard board, ILeader leader, TimeProvider time,
    ILoggerFactory loggers) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var quota = new CloudQuota(usages, [.. options.ScaleSets], leader, options.Reconcile, time, loggers.CreateLogger<CloudQuota>());
        List<Task> loops = [quota.Run(stoppingToken)];
        foreach (var of in options.ScaleSets.GroupBy(s => s.Pool))
        {
            ImmutableArray<AzureScaleSet> sets = [.. of];
            var scaler = new PoolScaler(
                new PoolId(of.Key), options.Pools.GetValueOrDefault(of.Key) ?? new AzurePool(), sets, grains, board, quota, leader, options.Reconcile, time, loggers.CreateLogger<PoolScaler>());
            loops.Add(scaler.Run(stoppingToken));
            loops.AddRange(sets.Select(s => new ScaleSetReconciler(
                s.Id, cloud, intents, scaler, leader, options.Reconcile, time, loggers.CreateLogger<ScaleSetReconciler>(), board, protection).Run(stoppingToken)));
        }

        return Task.WhenAll(loops);
    }
}
