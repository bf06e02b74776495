using Grains.Clusters;
using Grains.Pools;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduling.Audit;
using Silo.Clustering;

namespace Silo.Reconcile;

/// <summary>Runs the online invariant checker of every pool, again and again. What it finds is a metric, an error in the log, and shown with the pool.</summary>
internal sealed partial class PoolAuditService(IGrainFactory grains, TimeProvider time, ILogger<PoolAuditService> log, ISiloHealth? cluster = null) : BackgroundService
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(4);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(First, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var started = time.GetTimestamp();
                if (cluster?.DoesChores ?? true)
                {
                    await AuditAll();
                }

                timer.Period = Pace.Next(Period, time.GetElapsedTime(started), 1);
            }
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    private async Task AuditAll()
    {
        try
        {
            foreach (var pool in (await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).GetView()).Pools)
            {
                var audit = await grains.GetGrain<IPoolGrain>(pool.Value).Audit();
                foreach (var failure in audit.Failures)
                {
                    LogBroken(log, pool.Value, Finding.NumberOf(failure), failure);
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(log, e);
        }
    }

    [LoggerMessage(610, LogLevel.Error, "Pool {Pool}: invariant {Invariant} broken: {Finding}")]
    private static partial void LogBroken(ILogger log, string pool, string invariant, string finding);

    [LoggerMessage(611, LogLevel.Warning, "Auditing failed; trying again")]
    private static partial void LogFailed(ILogger log, Exception error);
}
