using Gateway.Backends;
using Gateway.Kubernetes.Client;
using k8s;
using k8s.Models;

namespace Gateway.Kubernetes.Watching;

/// <inheritdoc cref="IInformer{TObject}"/>
internal sealed class Informer<TObject>(
    IListWatch<TObject> source, InformerOptions options, WatchInstruments instruments, TimeProvider time, Random random, ILogger logger, string cluster) : IInformer<TObject>
    where TObject : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly List<IViewFeed<TObject>> _views = [];
    private readonly Lock _lock = new();
    private long _lastHeard;
    private bool _runs;

    public string Resource => source.Resource;

    public DateTimeOffset LastHeard => new(Volatile.Read(ref _lastHeard), TimeSpan.Zero);

    public IObjectView<T> View<T>(Func<TObject, T?> project) where T : class
    {
        lock (_lock)
        {
            if (_runs)
            {
                throw new InvalidOperationException($"{Resource} are watched already: add views before");
            }

            var view = new ObjectView<TObject, T>(project, e => WatchLog.SubscriberFailed(logger, e, cluster, Resource));
            _views.Add(view);
            return view;
        }
    }

    /// <summary>Until it is cancelled.</summary>
    public async Task Run(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _runs = true;
        }

        using var gauge = instruments.OnWatched(cluster, Resource, () => time.GetUtcNow() - LastHeard);
        Heard();
        string? version = null;
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                version ??= await List(cancellationToken);
                var (reached, error) = await Watch(version, cancellationToken);
                failures = reached == version && error is not null ? failures : 0;
                version = error is not null && KubeErrors.IsTooOld(error) ? null : reached;
                if (error is not null)
                {
                    await BackOff(error, failures++, cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (KubeErrors.IsOfTheCall(e))
            {
                // Only a list throws, and it begins anew.
                version = null;
                await BackOff(e, failures++, cancellationToken);
            }
        }
    }

    private async Task<string> List(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        string? page = null;
        string? version = null;
        var count = 0;
        foreach (var view in _views)
        {
            view.BeginList();
        }

        do
        {
            var (items, continuation, listed) = await Page(page, cancellationToken);
            foreach (var item in items)
            {
                var key = ObjectKey.Of(item.Metadata);
                count++;
                foreach (var view in _views)
                {
                    view.Listed(key, item);
                }
            }

            Heard();
            (page, version) = (continuation, version ?? listed);
        }
        while (page is not null);

        foreach (var view in _views)
        {
            view.EndList();
        }

        instruments.OnListed(cluster, Resource);
        WatchLog.Listed(logger, cluster, Resource, count, time.GetElapsedTime(began));
        return version;
    }

    private async Task<ListPage<TObject>> Page(string? page, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.PageTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        return await source.List(page, options.PageSize, either.Token);
    }

    /// <summary>Watches until the server ends it, or it breaks, or falls silent. Answers how far it came, and what went wrong if anything did.</summary>
    private async Task<(string Version, Exception? Error)> Watch(string version, CancellationToken cancellationToken)
    {
        Exception? said = null;
        var (began, from) = (time.GetTimestamp(), version);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listening = time.GetTimestamp();
        await using var guard = time.CreateTimer(_ => CutIfSilent(ref listening, stop), null, options.SilentFor / 4, options.SilentFor / 4);
        try
        {
            await foreach (var (type, item) in source.Watch(version, options.WatchFor * (1 + random.NextDouble()), WentWrong, stop.Token))
            {
                Volatile.Write(ref listening, time.GetTimestamp());
                Heard();
                if (item.Metadata?.ResourceVersion is { Length: > 0 } reached)
                {
                    Apply(type, item);
                    version = reached;
                }
            }

            // A server that ends every watch at once must not be asked in a tight loop.
            var isEmpty = version == from && time.GetElapsedTime(began) < options.RetryDelay;
            return (version, said ?? (isEmpty ? new IOException("the watch ended as soon as it began") : null));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (version, said ?? new TimeoutException($"the watch said nothing for {options.SilentFor}"));
        }
        catch (Exception e) when (KubeErrors.IsOfTheCall(e) && !cancellationToken.IsCancellationRequested)
        {
            return (version, said ?? e);
        }

        // Whatever the server still says after that is of no use.
        void WentWrong(Exception error)
        {
            said ??= error;
            stop.Cancel();
        }
    }

    private void CutIfSilent(ref long listening, CancellationTokenSource stop)
    {
        if (time.GetElapsedTime(Volatile.Read(ref listening)) > options.SilentFor)
        {
            stop.Cancel();
        }
    }

    private void Apply(WatchEventType type, TObject item)
    {
        instruments.OnEvent(cluster, Resource);
        if (type == WatchEventType.Bookmark)
        {
            return;
        }

        var key = ObjectKey.Of(item.Metadata);
        foreach (var view in _views)
        {
            if (type == WatchEventType.Deleted)
            {
                view.Gone(key);
            }
            else
            {
                view.Changed(key, item);
            }
        }
    }

    private async Task BackOff(Exception why, int failures, CancellationToken cancellationToken)
    {
        var longest = options.RetryDelay * Math.Pow(2, Math.Min(failures, 16));
        var wait = (longest < options.LongestDelay ? longest : options.LongestDelay) * (0.5 + (random.NextDouble() / 2));
        if (KubeErrors.ServerWideWait(why) is { } asked && asked > wait)
        {
            wait = asked;
        }

        instruments.OnFailed(cluster, Resource);
        WatchLog.Broke(logger, cluster, Resource, why.Message, wait);
        await Pause.For(wait, time, cancellationToken);
    }

    private void Heard() => Volatile.Write(ref _lastHeard, time.GetUtcNow().UtcTicks);
}
