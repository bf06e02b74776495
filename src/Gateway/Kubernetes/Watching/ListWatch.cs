using k8s;
using k8s.Autorest;
using k8s.Models;

namespace Gateway.Kubernetes.Watching;

/// <summary>The kinds that are watched.</summary>
internal static class ListWatch
{
    public static IListWatch<V1Node> Nodes(IKubernetes client, string? labelSelector = null) => new Of<V1Node, V1NodeList>(
        "nodes",
        (page, limit, version, watch, seconds, token) => client.CoreV1.ListNodeWithHttpMessagesAsync(
            allowWatchBookmarks: watch, continueParameter: page, labelSelector: labelSelector, limit: limit, resourceVersion: version, timeoutSeconds: seconds, watch: watch,
            cancellationToken: token));

    /// <summary>Pods of all namespaces.</summary>
    public static IListWatch<V1Pod> Pods(IKubernetes client, string? labelSelector = null, string? fieldSelector = null) => new Of<V1Pod, V1PodList>(
        "pods",
        (page, limit, version, watch, seconds, token) => client.CoreV1.ListPodForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks: watch, continueParameter: page, fieldSelector: fieldSelector, labelSelector: labelSelector, limit: limit, resourceVersion: version,
            timeoutSeconds: seconds, watch: watch, cancellationToken: token));

    public static IListWatch<V1Namespace> Namespaces(IKubernetes client) => new Of<V1Namespace, V1NamespaceList>(
        "namespaces",
        (page, limit, version, watch, seconds, token) => client.CoreV1.ListNamespaceWithHttpMessagesAsync(
            allowWatchBookmarks: watch, continueParameter: page, limit: limit, resourceVersion: version, timeoutSeconds: seconds, watch: watch, cancellationToken: token));

    public static IListWatch<V1PriorityClass> PriorityClasses(IKubernetes client) => new Of<V1PriorityClass, V1PriorityClassList>(
        "priorityclasses",
        (page, limit, version, watch, seconds, token) => client.SchedulingV1.ListPriorityClassWithHttpMessagesAsync(
            allowWatchBookmarks: watch, continueParameter: page, limit: limit, resourceVersion: version, timeoutSeconds: seconds, watch: watch, cancellationToken: token));

    public static IListWatch<V1PodDisruptionBudget> DisruptionBudgets(IKubernetes client) => new Of<V1PodDisruptionBudget, V1PodDisruptionBudgetList>(
        "poddisruptionbudgets",
        (page, limit, version, watch, seconds, token) => client.PolicyV1.ListPodDisruptionBudgetForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks: watch, continueParameter: page, limit: limit, resourceVersion: version, timeoutSeconds: seconds, watch: watch, cancellationToken: token));

    public static IListWatch<V1Job> Jobs(IKubernetes client) => new Of<V1Job, V1JobList>(
        "jobs",
        (page, limit, version, watch, seconds, token) => client.BatchV1.ListJobForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks: watch, continueParameter: page, limit: limit, resourceVersion: version, timeoutSeconds: seconds, watch: watch, cancellationToken: token));

    /// <summary>
    /// Objects of somebody else's kinds, of all namespaces. <typeparamref name="T"/> has only the members that are looked at; put its JSON context
    /// first into the configuration's type resolvers, so that nothing is read by reflection.
    /// </summary>
    public static IListWatch<T> Custom<T, TList>(IKubernetes client, string group, string version, string plural, string? labelSelector = null)
        where T : class, IKubernetesObject<V1ObjectMeta>
        where TList : class, IMetadata<V1ListMeta>, IItems<T> =>
        new Of<T, TList>($"{plural}.{group}", (page, limit, since, watch, seconds, token) => client.CustomObjects.ListClusterCustomObjectWithHttpMessagesAsync<TList>(
            group, version, plural, allowWatchBookmarks: watch, continueParameter: page, labelSelector: labelSelector, limit: limit, resourceVersion: since, timeoutSeconds: seconds,
            watch: watch, cancellationToken: token));

    private delegate Task<HttpOperationResponse<TList>> Call<TList>(string? page, int? limit, string? version, bool? watch, int? seconds, CancellationToken cancellationToken);

    private sealed class Of<T, TList>(string resource, Call<TList> call) : IListWatch<T>
        where T : class, IKubernetesObject<V1ObjectMeta>
        where TList : class, IMetadata<V1ListMeta>, IItems<T>
    {
        public string Resource => resource;

        public async Task<ListPage<T>> List(string? continuation, int limit, CancellationToken cancellationToken)
        {
            using var response = await call(continuation, limit, null, null, null, cancellationToken);
            var list = response.Body;
            return new ListPage<T>(list.Items ?? [], list.Continue() is { Length: > 0 } more ? more : null, list.ResourceVersion());
        }

#pragma warning disable CS0618 // The successor of WatchAsync is one method per kind of object, and there is none for custom ones.
        public IAsyncEnumerable<(WatchEventType Type, T Object)> Watch(string version, TimeSpan timeout, Action<Exception> onError, CancellationToken cancellationToken) =>
            call(null, null, version, true, (int)timeout.TotalSeconds, cancellationToken).WatchAsync<T, TList>(onError, cancellationToken);
#pragma warning restore CS0618
    }
}
