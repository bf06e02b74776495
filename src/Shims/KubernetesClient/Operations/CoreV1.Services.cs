using k8s.Autorest;
using k8s.Models;

namespace k8s;

public partial interface ICoreV1Operations
{
    Task<HttpOperationResponse<V1ServiceList>> ListServiceForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default, string labelSelector = default, int? limit = default,
        bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? watch = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1ServiceList>> ListNamespacedServiceWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? watch = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Service>> ReadNamespacedServiceWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Service>> CreateNamespacedServiceWithHttpMessagesAsync(
        V1Service body, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Service>> PatchNamespacedServiceWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? force = default, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Service>> DeleteNamespacedServiceWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body = default, string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1ConfigMapList>> ListConfigMapForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default, string labelSelector = default, int? limit = default,
        bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? watch = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1ConfigMapList>> ListNamespacedConfigMapWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default, bool? sendInitialEvents = default,
        string shardSelector = default, int? timeoutSeconds = default, bool? watch = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1ConfigMap>> ReadNamespacedConfigMapWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default,
        CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1ConfigMap>> CreateNamespacedConfigMapWithHttpMessagesAsync(
        V1ConfigMap body, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1ConfigMap>> ReplaceNamespacedConfigMapWithHttpMessagesAsync(
        V1ConfigMap body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default, string fieldValidation = default,
        bool? pretty = default, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);

    Task<HttpOperationResponse<V1Status>> DeleteNamespacedConfigMapWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body = default, string dryRun = default, int? gracePeriodSeconds = default,
        bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default, string propagationPolicy = default, bool? pretty = default,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders = default, CancellationToken cancellationToken = default);
}

public abstract partial class AbstractKubernetes : ICoreV1Operations
{
    Task<HttpOperationResponse<V1ServiceList>> ICoreV1Operations.ListServiceForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, bool? pretty, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1ServiceList>(HttpMethod.Get,
            new RequestUri($"api/v1/services").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter).With("fieldSelector", fieldSelector)
                .With("labelSelector", labelSelector).With("limit", limit).With("pretty", pretty).With("resourceVersion", resourceVersion)
                .With("resourceVersionMatch", resourceVersionMatch).With("sendInitialEvents", sendInitialEvents).With("shardSelector", shardSelector)
                .With("timeoutSeconds", timeoutSeconds).With("watch", watch),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1ServiceList>> ICoreV1Operations.ListNamespacedServiceWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1ServiceList>(HttpMethod.Get,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/services").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter)
                .With("fieldSelector", fieldSelector).With("labelSelector", labelSelector).With("limit", limit).With("resourceVersion", resourceVersion)
                .With("resourceVersionMatch", resourceVersionMatch).With("sendInitialEvents", sendInitialEvents).With("shardSelector", shardSelector)
                .With("timeoutSeconds", timeoutSeconds).With("watch", watch).With("pretty", pretty),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Service>> ICoreV1Operations.ReadNamespacedServiceWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1Service>(HttpMethod.Get,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/services/{name}").With("pretty", pretty),
            null, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Service>> ICoreV1Operations.CreateNamespacedServiceWithHttpMessagesAsync(
        V1Service body, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Service, V1Service>(HttpMethod.Post,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/services").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Service>> ICoreV1Operations.PatchNamespacedServiceWithHttpMessagesAsync(
        V1Patch body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? force, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1Patch, V1Service>(HttpMethod.Patch,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/services/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("force", force).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Service>> ICoreV1Operations.DeleteNamespacedServiceWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential,
        bool? orphanDependents, string propagationPolicy, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        Call<V1DeleteOptions, V1Service>(HttpMethod.Delete,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/services/{name}").With("dryRun", dryRun).With("gracePeriodSeconds", gracePeriodSeconds)
                .With("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential).With("orphanDependents", orphanDependents)
                .With("propagationPolicy", propagationPolicy).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1ConfigMapList>> ICoreV1Operations.ListConfigMapForAllNamespacesWithHttpMessagesAsync(
        bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, bool? pretty, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1ConfigMapList>(HttpMethod.Get,
            new RequestUri($"api/v1/configmaps").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter)
                .With("fieldSelector", fieldSelector).With("labelSelector", labelSelector).With("limit", limit).With("pretty", pretty)
                .With("resourceVersion", resourceVersion).With("resourceVersionMatch", resourceVersionMatch).With("sendInitialEvents", sendInitialEvents)
                .With("shardSelector", shardSelector).With("timeoutSeconds", timeoutSeconds).With("watch", watch),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1ConfigMapList>> ICoreV1Operations.ListNamespacedConfigMapWithHttpMessagesAsync(
        string namespaceParameter, bool? allowWatchBookmarks, string continueParameter, string fieldSelector, string labelSelector, int? limit, string resourceVersion,
        string resourceVersionMatch, bool? sendInitialEvents, string shardSelector, int? timeoutSeconds, bool? watch, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1ConfigMapList>(HttpMethod.Get,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/configmaps").With("allowWatchBookmarks", allowWatchBookmarks).With("continue", continueParameter)
                .With("fieldSelector", fieldSelector).With("labelSelector", labelSelector).With("limit", limit).With("resourceVersion", resourceVersion)
                .With("resourceVersionMatch", resourceVersionMatch).With("sendInitialEvents", sendInitialEvents).With("shardSelector", shardSelector)
                .With("timeoutSeconds", timeoutSeconds).With("watch", watch).With("pretty", pretty),
            null, watch, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1ConfigMap>> ICoreV1Operations.ReadNamespacedConfigMapWithHttpMessagesAsync(
        string name, string namespaceParameter, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<object, V1ConfigMap>(HttpMethod.Get,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/configmaps/{name}").With("pretty", pretty),
            null, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1ConfigMap>> ICoreV1Operations.CreateNamespacedConfigMapWithHttpMessagesAsync(
        V1ConfigMap body, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1ConfigMap, V1ConfigMap>(HttpMethod.Post,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/configmaps").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1ConfigMap>> ICoreV1Operations.ReplaceNamespacedConfigMapWithHttpMessagesAsync(
        V1ConfigMap body, string name, string namespaceParameter, string dryRun, string fieldManager, string fieldValidation, bool? pretty,
        IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders, CancellationToken cancellationToken) =>
        Call<V1ConfigMap, V1ConfigMap>(HttpMethod.Put,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/configmaps/{name}").With("dryRun", dryRun).With("fieldManager", fieldManager)
                .With("fieldValidation", fieldValidation).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);

    Task<HttpOperationResponse<V1Status>> ICoreV1Operations.DeleteNamespacedConfigMapWithHttpMessagesAsync(
        string name, string namespaceParameter, V1DeleteOptions body, string dryRun, int? gracePeriodSeconds, bool? ignoreStoreReadErrorWithClusterBreakingPotential,
        bool? orphanDependents, string propagationPolicy, bool? pretty, IReadOnlyDictionary<string, IReadOnlyList<string>> customHeaders,
        CancellationToken cancellationToken) =>
        Call<V1DeleteOptions, V1Status>(HttpMethod.Delete,
            new RequestUri($"api/v1/namespaces/{namespaceParameter}/configmaps/{name}").With("dryRun", dryRun).With("gracePeriodSeconds", gracePeriodSeconds)
                .With("ignoreStoreReadErrorWithClusterBreakingPotential", ignoreStoreReadErrorWithClusterBreakingPotential).With("orphanDependents", orphanDependents)
                .With("propagationPolicy", propagationPolicy).With("pretty", pretty),
            body, null, customHeaders, cancellationToken);
}

public static partial class CoreV1OperationsExtensions
{
    public static async Task<V1ServiceList> ListServiceForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListServiceForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, false, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, V1Service)> WatchListServiceForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<V1Service, V1ServiceList>(
            operations.ListServiceForAllNamespacesWithHttpMessagesAsync(
                allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion, resourceVersionMatch, sendInitialEvents,
                shardSelector, timeoutSeconds, true, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<V1ServiceList> ListNamespacedServiceAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListNamespacedServiceWithHttpMessagesAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents,
            shardSelector, timeoutSeconds, false, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, V1Service)> WatchListNamespacedServiceAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<V1Service, V1ServiceList>(
            operations.ListNamespacedServiceWithHttpMessagesAsync(
                namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents,
                shardSelector, timeoutSeconds, true, pretty, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<V1Service> ReadNamespacedServiceAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReadNamespacedServiceWithHttpMessagesAsync(name, namespaceParameter, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Service> CreateNamespacedServiceAsync(
        this ICoreV1Operations operations, V1Service body, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.CreateNamespacedServiceWithHttpMessagesAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Service> PatchNamespacedServiceAsync(
        this ICoreV1Operations operations, V1Patch body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? force = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.PatchNamespacedServiceWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, force, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Service> DeleteNamespacedServiceAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default, string dryRun = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.DeleteNamespacedServiceWithHttpMessagesAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty,
            null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1ConfigMapList> ListConfigMapForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListConfigMapForAllNamespacesWithHttpMessagesAsync(
            allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion, resourceVersionMatch, sendInitialEvents, shardSelector,
            timeoutSeconds, false, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, V1ConfigMap)> WatchListConfigMapForAllNamespacesAsync(
        this ICoreV1Operations operations, bool? allowWatchBookmarks = default, string continueParameter = default, string fieldSelector = default,
        string labelSelector = default, int? limit = default, bool? pretty = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<V1ConfigMap, V1ConfigMapList>(
            operations.ListConfigMapForAllNamespacesWithHttpMessagesAsync(
                allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, pretty, resourceVersion, resourceVersionMatch, sendInitialEvents,
                shardSelector, timeoutSeconds, true, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<V1ConfigMapList> ListNamespacedConfigMapAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default,
        CancellationToken cancellationToken = default)
    {
        using var result = await operations.ListNamespacedConfigMapWithHttpMessagesAsync(
            namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents,
            shardSelector, timeoutSeconds, false, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static IAsyncEnumerable<(WatchEventType, V1ConfigMap)> WatchListNamespacedConfigMapAsync(
        this ICoreV1Operations operations, string namespaceParameter, bool? allowWatchBookmarks = default, string continueParameter = default,
        string fieldSelector = default, string labelSelector = default, int? limit = default, string resourceVersion = default, string resourceVersionMatch = default,
        bool? sendInitialEvents = default, string shardSelector = default, int? timeoutSeconds = default, bool? pretty = default, Action<Exception> onError = null,
        CancellationToken cancellationToken = default) =>
        WatchEvents.Read<V1ConfigMap, V1ConfigMapList>(
            operations.ListNamespacedConfigMapWithHttpMessagesAsync(
                namespaceParameter, allowWatchBookmarks, continueParameter, fieldSelector, labelSelector, limit, resourceVersion, resourceVersionMatch, sendInitialEvents,
                shardSelector, timeoutSeconds, true, pretty, null, cancellationToken),
            onError, cancellationToken);

    public static async Task<V1ConfigMap> ReadNamespacedConfigMapAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReadNamespacedConfigMapWithHttpMessagesAsync(name, namespaceParameter, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1ConfigMap> CreateNamespacedConfigMapAsync(
        this ICoreV1Operations operations, V1ConfigMap body, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.CreateNamespacedConfigMapWithHttpMessagesAsync(
            body, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1ConfigMap> ReplaceNamespacedConfigMapAsync(
        this ICoreV1Operations operations, V1ConfigMap body, string name, string namespaceParameter, string dryRun = default, string fieldManager = default,
        string fieldValidation = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.ReplaceNamespacedConfigMapWithHttpMessagesAsync(
            body, name, namespaceParameter, dryRun, fieldManager, fieldValidation, pretty, null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }

    public static async Task<V1Status> DeleteNamespacedConfigMapAsync(
        this ICoreV1Operations operations, string name, string namespaceParameter, V1DeleteOptions body = default, string dryRun = default,
        int? gracePeriodSeconds = default, bool? ignoreStoreReadErrorWithClusterBreakingPotential = default, bool? orphanDependents = default,
        string propagationPolicy = default, bool? pretty = default, CancellationToken cancellationToken = default)
    {
        using var result = await operations.DeleteNamespacedConfigMapWithHttpMessagesAsync(
            name, namespaceParameter, body, dryRun, gracePeriodSeconds, ignoreStoreReadErrorWithClusterBreakingPotential, orphanDependents, propagationPolicy, pretty,
            null, cancellationToken).ConfigureAwait(false);
        return result.Body;
    }
}
