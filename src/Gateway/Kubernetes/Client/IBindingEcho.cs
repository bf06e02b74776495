namespace Gateway.Kubernetes.Client;

/// <summary>
/// What the watch shows of bindings. Servers before 1.21 bind whatever pod has the name, so their answer is certain only once this very pod was
/// seen bound; the watch shows it in any case, and a read for each binding would halve what such a server can bind.
/// </summary>
internal interface IBindingEcho
{
    /// <summary>The node that this very pod was seen bound to; null when it was not within the time.</summary>
    Task<string?> NodeOf(string uid, TimeSpan within, CancellationToken cancellationToken);
}
