using System.Collections.Concurrent;
using Gateway.Kubernetes.Client;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Bindings of guests, as the watch shows them.</summary>
internal sealed class GuestEcho : IBindingEcho, IDisposable
{
    private readonly GuestStore _store;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _awaited = new(StringComparer.Ordinal);

    public GuestEcho(GuestStore store, TimeProvider time)
    {
        (_store, _time) = (store, time);
        _store.Changed += Changed;
    }

    public async Task<string?> NodeOf(string uid, TimeSpan within, CancellationToken cancellationToken)
    {
        var awaited = _awaited.GetOrAdd(uid, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            // Only now: what came before the entry was made woke nobody.
            return _store.Find(uid)?.Node is { } seen ? seen.Value : await awaited.Task.WaitAsync(within, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _awaited.TryRemove(KeyValuePair.Create(uid, awaited));
        }
    }

    public void Dispose() => _store.Changed -= Changed;

    private void Changed(GuestPod? before, GuestPod? now)
    {
        if (now?.Node is { } node && _awaited.TryGetValue(now.Uid, out var awaited))
        {
            awaited.TrySetResult(node.Value);
        }
    }
}
