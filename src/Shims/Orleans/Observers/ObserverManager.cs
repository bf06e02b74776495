using System.Collections;
using Microsoft.Extensions.Logging;

namespace Orleans.Utilities;

public class ObserverManager<TObserver>(TimeSpan expiration, ILogger log) : ObserverManager<IAddressable, TObserver>(expiration, log);

/// <summary>Observers that expire unless they subscribe again; one that fails is dropped.</summary>
public class ObserverManager<TIdentity, TObserver>(TimeSpan expiration, ILogger log) : IEnumerable<TObserver> where TIdentity : notnull
{
    private readonly ILogger _log = log ?? throw new ArgumentNullException(nameof(log));
    private readonly Dictionary<TIdentity, (DateTime Seen, TObserver Observer)> _observers = [];

    public Func<DateTime> GetDateTime { get; set; } = () => DateTime.UtcNow;

    public TimeSpan ExpirationDuration { get; set; } = expiration;

    public int Count => _observers.Count;

    public IReadOnlyDictionary<TIdentity, TObserver> Observers => _observers.ToDictionary(o => o.Key, o => o.Value.Observer);

    public void Clear() => _observers.Clear();

    public void Subscribe(TIdentity id, TObserver observer) => _observers[id] = (GetDateTime(), observer);

    public void Unsubscribe(TIdentity id) => _observers.Remove(id);

    public async Task Notify(Func<TObserver, Task> notification, Func<TObserver, bool>? predicate = null)
    {
        foreach (var (id, observer) in Live(predicate))
        {
            try
            {
                await notification(observer);
            }
            catch (Exception e)
            {
                Drop(id, e);
            }
        }
    }

    public void Notify(Action<TObserver> notification, Func<TObserver, bool>? predicate = null)
    {
        foreach (var (id, observer) in Live(predicate))
        {
            try
            {
                notification(observer);
            }
            catch (Exception e)
            {
                Drop(id, e);
            }
        }
    }

    public void ClearExpired() => _ = Live(null);

    public IEnumerator<TObserver> GetEnumerator() => Observers.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<(TIdentity Id, TObserver Observer)> Live(Func<TObserver, bool>? predicate)
    {
        var now = GetDateTime();
        foreach (var (id, _) in _observers.Where(o => o.Value.Seen + ExpirationDuration < now).ToList())
        {
            _observers.Remove(id);
        }

        return [.. _observers.Where(o => predicate is null || predicate(o.Value.Observer)).Select(o => (o.Key, o.Value.Observer))];
    }

    private void Drop(TIdentity id, Exception error)
    {
        _log.LogDebug(error, "Observer {Id} failed and is dropped.", id);
        _observers.Remove(id);
    }
}
