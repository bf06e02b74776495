namespace Orleans.Activations;

/// <summary>Starts what subscribed, by stage, and stops it in reverse.</summary>
internal sealed class GrainLifecycle : IGrainLifecycle
{
    // Most grains have one record and nothing else.
    private readonly List<Subscription> _observers = new(1);
    private int _started;

    /// <summary>Whether anything but reads of records, which take no token, has to be cancelled when it takes too long.</summary>
    public bool LooksAtToken { get; private set; }

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        var entry = new Subscription(this, stage, observer);
        _observers.Add(entry);
        LooksAtToken |= observer is not IIgnoresToken;
        return entry;
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_observers is [var only])
        {
            _started = 1;
            return only.Observer.OnStart(cancellationToken);
        }

        return _observers.Count == 0 ? Task.CompletedTask : StartAllAsync(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        while (_started > 0)
        {
            await _observers[--_started].Observer.OnStop(cancellationToken);
        }
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        Subscription[] ordered = [.. _observers.OrderBy(o => o.Stage)];
        _observers.Clear();
        _observers.AddRange(ordered);
        foreach (var entry in ordered)
        {
            await entry.Observer.OnStart(cancellationToken);
            _started++;
        }
    }

    private sealed class Subscription(GrainLifecycle lifecycle, int stage, ILifecycleObserver observer) : IDisposable
    {
        public int Stage => stage;

        public ILifecycleObserver Observer => observer;

        public void Dispose() => lifecycle._observers.Remove(this);
    }
}
