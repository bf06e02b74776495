using Grains.Pools;
using Scheduling.Model;

namespace Gateway.Backends;

/// <summary>Follows one pool's assignments: lists them all, watches for changes, and lists again when the watch cannot go on.</summary>
internal sealed class AssignmentWatcher(
    PoolId pool, IAssignmentFeed feed, IAssignmentCache cache, ReconcileOptions options, TimeProvider time, ILogger logger)
{
    private long _newest;

    public async Task Run(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var version = await ListAll(cancellationToken);
                failures = 0;
                await WatchFrom(version, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever broke, a fresh list is the way on.
            catch (Exception e)
#pragma warning restore CA1031
            {
                var wait = options.Backoff(++failures);
                BackendLog.WatchFailed(logger, e, pool, wait);
                await Pause.For(wait, time, cancellationToken);
            }
        }
    }

    /// <summary>Answers the first page's version: whatever changed while the later pages were read comes again with the watch.</summary>
    private async Task<long> ListAll(CancellationToken cancellationToken)
    {
        var all = new Dictionary<AttemptId, Assignment>();
        long? version = null;
        JobId? after = null;
        do
        {
            var page = await feed.List(pool, after, options.ListPageSize).WaitAsync(cancellationToken);
            if (page.Version < _newest)
            {
                // What is not in it may be newer than it: nothing may be concluded from it, least of all that it is gone.
                throw new InvalidOperationException($"pool {pool} answered at version {page.Version}, and was at {_newest} before: an activation that has been replaced");
            }

            _newest = page.Version;
            version ??= page.Version;
            foreach (var item in page.Items)
            {
                all[item.Attempt] = item;
            }

            after = page.Next;
        }
        while (after is not null);

        cache.Replace(pool, all);
        BackendLog.Listed(logger, pool, all.Count, version.Value);
        return version.Value;
    }

    private async Task WatchFrom(long version, CancellationToken cancellationToken)
    {
        var listed = time.GetTimestamp();
        var told = listed;
        while (time.GetElapsedTime(listed) < options.RelistEvery)
        {
            var page = await feed.Watch(pool, version, options.WatchWait).WaitAsync(cancellationToken);
            if (page is null)
            {
                return;
            }

            foreach (var item in page.Items)
            {
                cache.Apply(item);
            }

            version = _newest = page.Version;
            if (page.Items.Length > 0 && options.WatchApart - time.GetElapsedTime(told) is var early && early > TimeSpan.Zero)
            {
                await Pause.For(early, time, cancellationToken);
            }

            told = time.GetTimestamp();
        }
    }
}
