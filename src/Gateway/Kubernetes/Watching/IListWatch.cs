using k8s;
using k8s.Models;

namespace Gateway.Kubernetes.Watching;

/// <summary>How a kind of object is listed and watched.</summary>
internal interface IListWatch<TObject> where TObject : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>For logs and metrics: "nodes".</summary>
    string Resource { get; }

    /// <param name="continuation">Where the page before ended; null for the first.</param>
    Task<ListPage<TObject>> List(string? continuation, int limit, CancellationToken cancellationToken);

    /// <summary>Changes after a version, with bookmarks, until the server ends it; what the server says goes wrong goes to <paramref name="onError"/>.</summary>
    IAsyncEnumerable<(WatchEventType Type, TObject Object)> Watch(string version, TimeSpan timeout, Action<Exception> onError, CancellationToken cancellationToken);
}

/// <param name="Continuation">Where the list goes on; null at its end.</param>
/// <param name="Version">Of the whole list.</param>
internal readonly record struct ListPage<TObject>(IEnumerable<TObject> Items, string? Continuation, string Version);
