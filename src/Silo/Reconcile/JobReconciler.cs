using System.Collections.Immutable;
using Grains.Clusters;
using Grains.Jobs;
using Grains.Pools;
using Grains.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Scheduling.Model;
using Silo.Clustering;

namespace Silo.Reconcile;

/// <summary>
/// Compares the stored jobs with what the pools know, level by level, and lets the jobs that differ tell their pool again.
/// A message that a crash swallowed is made good here; nothing else depends on messages arriving. The stored jobs are read in
/// pages and only those that differ are woken.
/// </summary>
internal sealed partial class JobReconciler(IGrainFactory grains, IJobIndex jobs, TimeProvider time, ILogger<JobReconciler> log, ISiloHealth? cluster = null) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan DuePeriod = TimeSpan.FromSeconds(5);
    private const int PageSize = 1000;
    private const int WakeConcurrency = 32;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var nextFull = time.GetUtcNow();
        using var timer = new PeriodicTimer(DuePeriod, time);
        do
        {
            try
            {
                await WakeDue(stoppingToken);
                if (time.GetUtcNow() >= nextFull)
                {
                    var started = time.GetTimestamp();
                    await ReconcileAll(stoppingToken);
                    nextFull = time.GetUtcNow() + Pace.Next(Period, time.GetElapsedTime(started), cluster?.Silos ?? 1);
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(log, e);
            }
        }
        while (await Tick(timer, stoppingToken));
    }

    /// <summary>One pass over everything. Answers how many jobs were woken.</summary>
    internal async Task<int> ReconcileAll(CancellationToken cancellationToken)
    {
        var woken = await WalkStored(cancellationToken);
        var directory = await grains.GetGrain<IDirectoryGrain>(IDirectoryGrain.Key).GetView();
        foreach (var pool in directory.Pools)
        {
            woken += await WalkLive(grains.GetGrain<IPoolGrain>(pool.Value), cancellationToken);
        }

        if (woken > 0)
        {
            LogWoken(log, woken);
        }

        return woken;
    }

    /// <summary>Jobs that are not over, held against the pool they belong to.</summary>
    private async Task<int> WalkStored(CancellationToken cancellationToken)
    {
        var woken = 0;
        JobId? after = null;
        do
        {
            var rows = await jobs.Scan(after, PageSize, includeEnded: false, cancellationToken);
            foreach (var ofPool in rows.GroupBy(r => r.Pool))
            {
                woken += await WakeDisagreeing(grains.GetGrain<IPoolGrain>(ofPool.Key.Value), [.. ofPool]);
            }

            // Those with parts look after them each time: what their parts told them may have been lost.
            await Wake([.. rows.Where(r => r.HasChildren).Select(r => r.Job)]);

            after = rows.Count == PageSize ? rows[^1].Job : null;
        }
        while (after is not null);
        return woken;
    }

    /// <summary>What the pool holds, held against the stored jobs: ended ones among them have a release outstanding.</summary>
    private async Task<int> WalkLive(IPoolGrain pool, CancellationToken cancellationToken)
    {
        var woken = 0;
        JobId? after = null;
        do
        {
            var live = await pool.ListLive(after, PageSize);
            var rows = await jobs.Get([.. live.Select(a => a.Job).Distinct()], cancellationToken);
            woken += await WakeDisagreeing(pool, [.. rows.Where(r => r.Ended)]);
            after = live.Length == PageSize ? live[^1].Job : null;
        }
        while (after is not null);
        return woken;
    }

    private async Task<int> WakeDisagreeing(IPoolGrain pool, ImmutableArray<JobIndexRow> rows)
    {
        if (rows.IsEmpty)
        {
            return 0;
        }

        var differ = await pool.Disagree(rows);
        await Wake(differ);
        return differ.Length;
    }

    /// <summary>Jobs whose time has come and whose timer may have gone with its silo.</summary>
    internal async Task WakeDue(CancellationToken cancellationToken) =>
        await Wake(await jobs.Due(time.GetUtcNow(), PageSize, cancellationToken));

    /// <summary>On the caller's scheduler, so that a simulation drives it too.</summary>
    private Task Wake(IReadOnlyList<JobId> ids) => Parallel.ForEachAsync(
        ids, new ParallelOptions { MaxDegreeOfParallelism = WakeConcurrency, TaskScheduler = TaskScheduler.Current },
        async (id, _) => await grains.GetGrain<IJobGrain>(id.Value).Settle());

    private static async Task<bool> Tick(PeriodicTimer timer, CancellationToken stoppingToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(600, LogLevel.Warning, "Reconciling jobs failed; trying again")]
    private static partial void LogFailed(ILogger log, Exception error);

    [LoggerMessage(601, LogLevel.Information, "Reconciling woke {Jobs} jobs whose pool saw them otherwise")]
    private static partial void LogWoken(ILogger log, int jobs);
}
