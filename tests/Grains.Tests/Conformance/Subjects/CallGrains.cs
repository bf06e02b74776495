using Orleans.Concurrency;

namespace Grains.Tests.Conformance.Subjects;

public interface ICallee : IGrainWithStringKey
{
    Task ThrowMarked(string message, int code);

    Task ThrowUnmarked(string message);

    /// <summary>Throws before its first await, without being async.</summary>
    Task ThrowAtOnce(string message);

    ValueTask<int> Add(int a, int b);

    ValueTask Nothing();

    Task<string> Many(int a, string b, long c, double d, bool e, char f, Guid g, string h, int i);

    [OneWay]
    Task Forget(string name, bool fail);

    [ResponseTimeout("00:00:01")]
    Task<string> Slow(string name);

    [ResponseTimeout("00:00:01")]
    Task QuickOnly();

    Task<string> Echo(string text);

    Task<bool> WaitCancelled(string name, CancellationToken cancellationToken);

    Task<string> Context(string key);

    Task<string> SetContext(string key, string value);

    Task<string> ContextOfNext(string key, string next);
}

internal sealed class CalleeGrain : Grain, ICallee
{
    public async Task ThrowMarked(string message, int code)
    {
        await Task.Yield();
        throw new MarkedException(message, code);
    }

    public async Task ThrowUnmarked(string message)
    {
        await Task.Yield();
        throw new UnmarkedException(message);
    }

    public Task ThrowAtOnce(string message) => throw new InvalidOperationException(message);

    public ValueTask<int> Add(int a, int b) => new(a + b);

    public async ValueTask Nothing() => await Task.Yield();

    public Task<string> Many(int a, string b, long c, double d, bool e, char f, Guid g, string h, int i) =>
        Task.FromResult(FormattableString.Invariant($"{a} {b} {c} {d} {e} {f} {g} {h} {i}"));

    public async Task Forget(string name, bool fail)
    {
        await Signals.Wait(name + ":gate");
        Signals.Set(name + ":done");
        if (fail)
        {
            throw new InvalidOperationException("nobody hears this");
        }
    }

    public async Task<string> Slow(string name)
    {
        Signals.Set(name + ":entered");
        await Signals.Wait(name + ":gate");
        Signals.Set(name + ":done");
        return "late";
    }

    public Task QuickOnly() => Task.CompletedTask;

    public Task<string> Echo(string text) => Task.FromResult(text);

    public async Task<bool> WaitCancelled(string name, CancellationToken cancellationToken)
    {
        Signals.Set(name + ":entered");
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(20), cancellationToken);
            return false;
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Signals.Set(name + ":seen");
            }
        }
    }

    public Task<string> Context(string key) => Task.FromResult(RequestContext.Get(key) as string ?? "none");

    public Task<string> SetContext(string key, string value)
    {
        RequestContext.Set(key, value);
        return Context(key);
    }

    public Task<string> ContextOfNext(string key, string next) => GrainFactory.GetGrain<ICallee>(next).Context(key);
}

public interface IOwnFilter : IGrainWithStringKey
{
    Task<string> Say(string text);
}

internal sealed class OwnFilterGrain : Grain, IOwnFilter, IIncomingGrainCallFilter
{
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        context.Result = context.Result + " filtered";
    }

    public Task<string> Say(string text) => Task.FromResult(text);
}

public interface IWatcher : IGrainObserver
{
    [OneWay]
    Task Seen(string what);

    Task<int> Count();
}

internal sealed class Watcher(string log) : IWatcher
{
    public Task Seen(string what)
    {
        Signals.Log(log, what);
        return Task.CompletedTask;
    }

    public Task<int> Count() => Task.FromResult(Signals.LogOf(log).Length);
}

public interface IWatched : IGrainWithStringKey
{
    Task Subscribe(IWatcher watcher);

    Task<int> Tell(string what);

    Task<int> Ask(IWatcher watcher);
}

internal sealed class WatchedGrain(Microsoft.Extensions.Logging.ILogger<WatchedGrain> log) : Grain, IWatched
{
    private readonly Orleans.Utilities.ObserverManager<IWatcher> _watchers = new(TimeSpan.FromMinutes(5), log);

    public Task Subscribe(IWatcher watcher)
    {
        _watchers.Subscribe(watcher, watcher);
        return Task.CompletedTask;
    }

    public async Task<int> Tell(string what)
    {
        await _watchers.Notify(w => w.Seen(what));
        return _watchers.Count;
    }

    public Task<int> Ask(IWatcher watcher) => watcher.Count();
}

public interface IWatchingGrain : IGrainWithStringKey
{
    Task Watch(string watched);
}

internal sealed class WatchingGrain : Grain, IWatchingGrain, IWatcher
{
    public Task Watch(string watched) => GrainFactory.GetGrain<IWatched>(watched).Subscribe(this.AsReference<IWatcher>());

    public Task Seen(string what)
    {
        Signals.Log(this.GetPrimaryKeyString(), what);
        return Task.CompletedTask;
    }

    public Task<int> Count() => Task.FromResult(Signals.LogOf(this.GetPrimaryKeyString()).Length);
}
