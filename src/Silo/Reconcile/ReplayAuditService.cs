using Grains.Clusters;
using Grains.Pools;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Silo.Clustering;

namespace Silo.Reconcile;

/// <summary>Has every pool's recorded decisions decided again now and then (I18). What comes out otherwise is a metric, and an error in the log.</summary>
internal sealed partial class ReplayAuditService(IGrainFactory grains, TimeProvider time, ILogger<ReplayAuditService> log, ISiloHealth? cluster = null) : BackgroundService
{
    /// <summary>How often pools are reminded; how often they do it is theirs to say.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (cluster?.DoesChores ?? true)
                {
                    await RemindAll();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The host is stopping.
        }
    }

    private async Task RemindAll()
    {
        try
        {
            foreach (var pool in (await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).GetView()).Pools)
            {
                await grains.GetGrain<IPoolHistoryGrain>(pool.Value).CheckLately();
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(log, e);
        }
    }

    [LoggerMessage(612, LogLevel.Warning, "Pools could not be reminded to decide their history again; trying again")]
    private static partial void LogFailed(ILogger log, Exception error);
}
