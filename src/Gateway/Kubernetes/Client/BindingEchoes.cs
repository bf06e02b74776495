using System.Collections.Concurrent;

namespace Gateway.Kubernetes.Client;

/// <summary>Bindings that somebody waits to see.</summary>
internal sealed class BindingEchoes(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _awaited = new(StringComparer.Ordinal);

    /// <summary>This very pod is bound there.</summary>
    public void Saw(string uid, string node)
    {
        if (_awaited.TryGetValue(uid, out var awaited))
        {
            awaited.TrySetResult(node);
        }
    }

    /// <param name="seen">The node that it was seen bound to already.</param>
    public async Task<string?> NodeOf(string uid, Func<string?> seen, TimeSpan within, CancellationToken cancellationToken)
    {
        var awaited = _awaited.GetOrAdd(uid, static _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            // Only now: what came before the entry was made woke nobody.
            return seen() ?? await awaited.Task.WaitAsync(within, time, cancellationToken);
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
}
