namespace Orleans.Activations;

/// <summary>Starts what subscribed, by stage, and stops it in reverse.</summary>
internal sealed class GrainLifecycle : IGrainLifecycle
{
    private List<(int Stage, ILifecycleObserver Observer)>? _observers;
    private int _started;

    public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
    {
        var entry = (stage, observer);
        (_observers ??= []).Add(entry);
        return new Subscription(() => _observers.Remove(entry));
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_observers is null)
        {
            return;
        }

        _observers = [.. _observers.OrderBy(o => o.Stage)];
        foreach (var (_, observer) in _observers)
        {
            await observer.OnStart(cancellationToken);
            _started++;
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        while (_started > 0)
        {
            await _observers![--_started].Observer.OnStop(cancellationToken);
        }
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
