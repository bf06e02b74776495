using k8s.Autorest;
using k8s.Models;

namespace k8s;

public partial interface ICoreV1Operations
{
    Task<HttpOperationResponse<Corev1EventList>> ListEventForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default, string labelSelector = default, int? limit = default,
        bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? watch = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<Corev1EventList>> ListNamespacedEventWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? watch = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<Corev1Event>> CreateNamespacedEventWithHttpMessagesAsync(
        Corev1Event body, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<Corev1Event>> PatchNamespacedEventWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Status>> DeleteNamespacedEventWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body = default, string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);
}

public abstract partial class AbstractKubernetes : ICoreV1Operations
{
    Task<HttpOperationResponse<Corev1EventList>> ICoreV1Operations.ListEventForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, bool? pretty, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, Corev1EventList>(HttpMethod.Get,
            new RequestUri($"api/v1/events").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter).With("fieldSelector", fieldSelector)
                .With("labelSelector", labelSelector).With("limit", limit).With("pretty", pretty).With("resourceVersion", resourceVersion)
                .With("resourceVersionMatch", resourceVersionMatch).With("sendInitialEvents", sendInitialEvents).With("shardSelector", shardSelector)
                .With("timeoutSeconds", timeoutSeconds).With("watch", watch),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<Corev1EventList>> ICoreV1Operations.ListNamespacedEventWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, Corev1EventList>(HttpMethod.Get,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/events").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter)
                .With("fieldSelector", fieldSelector).With("labelSelector", labelSelector).With("limit", limit).With("resourceVersion", resourceVersion)
                .With("resourceVersionMatch", resourceVersionMatch).With("sendInitialEvents", sendInitialEvents).With("shardSelector", shardSelector)
                .With("timeoutSeconds", timeoutSeconds).With("watch", watch).With("pretty", pretty),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<Corev1Event>> ICoreV1Operations.CreateNamespacedEventWithHttpMessagesAsync(
        Corev1Event body, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<Corev1Event, Corev1Event>(HttpMethod.Post,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/events").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<Corev1Event>> ICoreV1Operations.PatchNamespacedEventWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Patch, Corev1Event>(HttpMethod.Patch,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/events/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("force", force).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteNamespacedEventWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential,
        bool? orphanDependents, string propagationPolicy, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        Call<V1DeleteOptions, V1Status>(HttpMethod.Delete,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/events/{name}").With("dryRun", dryRun).With("gracePeriodSeconds", gracePeriodSeconds)
                .With("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential).With("orphanDependents", orphanDependents)
                .With("propagationPolicy", propagationPolicy).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);
}

public static partial class CoreV1OperationsExtensions
{
    public static async Task<Corev1EventList> ListEventForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListEventForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, false, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, Corev1Event)> WatchListEventForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<Corev1Event, Corev1EventList>(
            operations.ListEventForAllNamespacesWithHttpMessagesAsync(
                allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion, resourceVersionMatch, sendInitialEvents,
                shardSelector, timeoutSeconds, true, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<Corev1EventList> ListNamespacedEventAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListNamespacedEventWithHttpMessagesAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents,
            shardSelector, timeoutSeconds, false, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, Corev1Event)> WatchListNamespacedEventAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<Corev1Event, Corev1EventList>(
            operations.ListNamespacedEventWithHttpMessagesAsync(
                namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents,
                shardSelector, timeoutSeconds, true, pretty, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<Corev1Event> CreateNamespacedEventAsync(
        this ICoreV1Operations operations, Corev1Event body, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.CreateNamespacedEventWithHttpMessagesAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<Corev1Event> PatchNamespacedEventAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchNamespacedEventWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Status> DeleteNamespacedEventAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default, string dryRun = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.DeleteNamespacedEventWithHttpMessagesAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty,
            null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }
}
