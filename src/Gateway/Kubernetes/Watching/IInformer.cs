using k8s;
using k8s.Models;

namespace Gateway.Kubernetes.Watching;

/// <summary>
/// Keeps one kind of object of one cluster in step: listed once, watched from there, listed again only when the server says that too much was
/// missed. However many look at it, there is one list and one watch. What is kept is what each looker makes of an object, not the object.
/// </summary>
/// <example>
/// <code>
/// var informer = new Informer&lt;V1Node&gt;(ListWatch.Nodes(client), options, …);      // one per kind and cluster
/// var view = informer.View(node => NodeFacts.Of(node));                            // before Run; null: not of interest
/// using var subscription = view.Subscribe(change => queue.Add(change.Key));        // what is there already comes first
/// _ = informer.Run(stopping);
/// await view.WhenSynced.WaitAsync(stopping);
/// </code>
/// </example>
internal interface IInformer<TObject> where TObject : class, IKubernetesObject<V1ObjectMeta>
{
    /// <summary>For logs and metrics: "nodes".</summary>
    string Resource { get; }

    /// <summary>The server said something, if only that there is no news. For seeing that a view may be old.</summary>
    DateTimeOffset LastHeard { get; }

    /// <summary>Adds what one looker wants to know of each object. To be called before it runs.</summary>
    /// <param name="project">Called once per change, on the informer's own loop: quick, pure, and it does not keep the object. Null: not of interest.</param>
    IObjectView<T> View<T>(Func<TObject, T?> project) where T : class;
}

/// <summary>The objects of a kind as one looker sees them. Safe to use from anywhere; perhaps a little old, never out of order.</summary>
internal interface IObjectView<T> where T : class
{
    /// <summary>The first list is in. Before that, what is not found may be there.</summary>
    bool HasSynced { get; }

    Task WhenSynced { get; }

    /// <summary>Grows with every change.</summary>
    long Version { get; }

    T? Find(ObjectKey key);

    /// <summary>All of them, copied.</summary>
    IReadOnlyList<T> Snapshot();

    /// <summary>
    /// Calls back for everything that is there already, and then for every change, in order and one at a time. The callback is quick: it notes the
    /// key and returns.
    /// </summary>
    IDisposable Subscribe(Action<ObjectChange<T>> changed);
}
