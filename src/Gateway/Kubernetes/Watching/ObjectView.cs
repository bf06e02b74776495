using System.Collections.Concurrent;
using k8s;
using k8s.Models;

namespace Gateway.Kubernetes.Watching;

/// <summary>What the informer's loop does to a view, whatever it makes of the objects.</summary>
internal interface IViewFeed<in TObject>
{
    /// <summary>A list begins: what it does not name by its end is gone.</summary>
    void BeginList();

    void Listed(ObjectKey key, TObject value);

    void EndList();

    void Changed(ObjectKey key, TObject value);

    void Gone(ObjectKey key);
}

/// <summary>Written by the informer's loop alone, read by anybody.</summary>
internal sealed class ObjectView<TObject, T>(Func<TObject, T?> project, Action<Exception> failed) : IObjectView<T>, IViewFeed<TObject>
    where TObject : class, IKubernetesObject<V1ObjectMeta>
    where T : class
{
    private readonly ConcurrentDictionary<ObjectKey, Entry> _entries = new(concurrencyLevel: 1, capacity: 31);
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<ObjectChange<T>>[] _subscribers = [];
    private HashSet<ObjectKey>? _listed;
    private long _version;

    public bool HasSynced => _synced.Task.IsCompleted;

    public Task WhenSynced => _synced.Task;

    public long Version => Volatile.Read(ref _version);

    public T? Find(ObjectKey key) => _entries.TryGetValue(key, out var entry) ? entry.Value : null;

    public IReadOnlyList<T> Snapshot()
    {
        var all = new List<T>(_entries.Count);
        foreach (var (_, entry) in _entries)
        {
            all.Add(entry.Value);
        }

        return all;
    }

    public IDisposable Subscribe(Action<ObjectChange<T>> changed)
    {
        lock (_lock)
        {
            foreach (var (key, entry) in _entries)
            {
                Tell(changed, new ObjectChange<T>(key, null, entry.Value));
            }

            _subscribers = [.. _subscribers, changed];
        }

        return new Subscription(this, changed);
    }

    public void BeginList() => _listed = [];

    public void Listed(ObjectKey key, TObject value)
    {
        if (_entries.TryGetValue(key, out var known) && known.ResourceVersion == value.Metadata.ResourceVersion)
        {
            _listed!.Add(key);
        }
        else if (project(value) is { } now)
        {
            _listed!.Add(key);
            Set(key, now, value.Metadata.ResourceVersion);
        }
    }

    public void EndList()
    {
        foreach (var (key, _) in _entries)
        {
            if (!_listed!.Contains(key))
            {
                Gone(key);
            }
        }

        _listed = null;
        _synced.TrySetResult();
    }

    public void Changed(ObjectKey key, TObject value)
    {
        if (project(value) is { } now)
        {
            Set(key, now, value.Metadata.ResourceVersion);
        }
        else
        {
            Gone(key);
        }
    }

    public void Gone(ObjectKey key)
    {
        lock (_lock)
        {
            if (_entries.TryRemove(key, out var before))
            {
                Announce(new ObjectChange<T>(key, before.Value, null));
            }
        }
    }

    private void Set(ObjectKey key, T now, string version)
    {
        lock (_lock)
        {
            var before = _entries.TryGetValue(key, out var known) ? known.Value : null;
            _entries[key] = new Entry(now, version);
            Announce(new ObjectChange<T>(key, before, now));
        }
    }

    private void Announce(ObjectChange<T> change)
    {
        Volatile.Write(ref _version, _version + 1);
        foreach (var subscriber in _subscribers)
        {
            Tell(subscriber, change);
        }
    }

    private void Tell(Action<ObjectChange<T>> subscriber, ObjectChange<T> change)
    {
        try
        {
            subscriber(change);
        }
#pragma warning disable CA1031 // One looker's fault is not the others': it is logged, and they go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            failed(e);
        }
    }

    private readonly record struct Entry(T Value, string ResourceVersion);

    private sealed class Subscription(ObjectView<TObject, T> view, Action<ObjectChange<T>> changed) : IDisposable
    {
        public void Dispose()
        {
            lock (view._lock)
            {
                view._subscribers = [.. view._subscribers.Where(s => s != changed)];
            }
        }
    }
}
