using Gateway.Kubernetes.Client;

namespace Gateway.Kubernetes.PodsIn;

/// <summary>Bindings of guests, as the watch shows them.</summary>
internal sealed class GuestEcho : IBindingEcho, IDisposable
{
    private readonly GuestStore _store;
    private readonly BindingEchoes _echoes;

    public GuestEcho(GuestStore store, TimeProvider time)
    {
        (_store, _echoes) = (store, new BindingEchoes(time));
        _store.Changed += Changed;
    }

    public Task<string?> NodeOf(string uid, TimeSpan within, CancellationToken cancellationToken) => _echoes.NodeOf(uid, () => _store.Find(uid)?.Node?.Value, within, cancellationToken);

    public void Dispose() => _store.Changed -= Changed;

    private void Changed(GuestPod? before, GuestPod? now)
    {
        if (now?.Node is { } node)
        {
            _echoes.Saw(now.Uid, node.Value);
        }
    }
}
